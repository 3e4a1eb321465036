"""What people would write with FastAPI for the same four requests: one table for jobs, one for transcripts, SQLite, a token."""

import os
import shutil
import sqlite3
import threading

import jwt
from fastapi import Depends, FastAPI, File, HTTPException, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel

FOLDER = os.environ["PEER_FOLDER"]
SECRET = "a secret of the benchmark, 32 bytes or more"
app = FastAPI()
local = threading.local()


class Item(BaseModel):
    id: str
    file_id: str
    title: str
    status: str
    progress: float
    progress_stage: str
    duration_seconds: float | None
    created_at: int
    updated_at: int


class Page(BaseModel):
    items: list[Item]
    next_cursor: str | None


def database():
    """A connection for each thread of the pool."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.path.join(FOLDER, "peer.db"))
        local.connection.row_factory = sqlite3.Row
    return local.connection


def owner(request: Request):
    try:
        claims = jwt.decode(request.headers.get("authorization", "")[7:], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401)
    row = database().execute("SELECT id, is_disabled FROM users WHERE id = ?", (claims["user_id"],)).fetchone()
    if row is None or row["is_disabled"]:
        raise HTTPException(401)
    return row["id"]


COLUMNS = "id, file_id, title, status, progress, stage AS progress_stage, audio_seconds AS duration_seconds, created_at, updated_at"


@app.get("/transcriptions/{id}", response_model=Item)
def one(id: str, owner: int = Depends(owner)):
    row = database().execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ? AND owner = ?", (id, owner)).fetchone()
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/transcriptions", response_model=Page)
def many(limit: int = 50, owner: int = Depends(owner)):
    rows = database().execute(
        f"SELECT {COLUMNS} FROM jobs WHERE owner = ? ORDER BY created_at DESC, id DESC LIMIT ?", (owner, limit + 1)
    ).fetchall()
    more = len(rows) > limit
    return {"items": [dict(row) for row in rows[:limit]], "next_cursor": rows[limit - 1]["id"] if more else None}


@app.post("/files", status_code=201)
def upload(file: UploadFile = File(), owner: int = Depends(owner)):
    path = os.path.join(FOLDER, "upload.bin")
    with open(path, "wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    return {"size_bytes": os.path.getsize(path)}


@app.get("/audio")
def audio(owner: int = Depends(owner)):
    return FileResponse(os.path.join(FOLDER, "upload.bin"))
