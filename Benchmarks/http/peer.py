"""What people would write with FastAPI for the same four requests with the same answers: one table for jobs, one for transcripts,
SQLite, a token."""

import json
import os
import shutil
import sqlite3
import threading
from datetime import datetime

import jwt
from fastapi import Depends, FastAPI, File, HTTPException, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel

FOLDER = os.environ["PEER_FOLDER"]
SECRET = "a secret of the benchmark, 32 bytes or more"
app = FastAPI()
local = threading.local()


class Warning(BaseModel):
    code: str
    message: str


class Item(BaseModel):
    id: str
    file_id: str
    title: str
    status: str
    progress: float
    progress_stage: str
    duration_seconds: float | None
    language: str | None
    detected_language: str | None
    warnings: list[Warning]
    error: str | None
    error_code: str | None
    created_at: datetime
    updated_at: datetime


class Options(BaseModel):
    model: str | None = None
    language: str | None = None
    task: str
    diarization: bool
    speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    diarization_model: str | None = None
    hotwords: list[str]
    start: float | None = None
    end: float | None = None
    device: str


class Engine(BaseModel):
    provider: str | None
    transcription_model: str | None
    diarization_model: str | None


class Job(Item):
    diarization: bool
    options: Options
    engine: Engine
    attempt: int
    cancel_requested: bool
    queued_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    queue_position: int | None = None
    estimated_start_seconds: float | None = None
    waiting_reason: str | None = None
    diarization_job_id: str | None = None


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


LISTED = (
    "id, file_id, title, status, progress, stage AS progress_stage, audio_seconds AS duration_seconds, created_at, updated_at, options,"
    " detected_language, warnings, error_message AS error, error_code"
)
ALL = LISTED + (
    ", engine_provider, engine_model, engine_diarization_model, attempt, cancel_requested_at, queued_at, started_at, completed_at, failed_at"
)


def listed(row):
    """What a list and a single job have in common."""
    return {**dict(row), "language": json.loads(row["options"]).get("language"), "warnings": json.loads(row["warnings"])}


@app.get("/transcriptions/{id}", response_model=Job)
def one(id: str, owner: int = Depends(owner)):
    row = database().execute(f"SELECT {ALL} FROM jobs WHERE id = ? AND owner = ?", (id, owner)).fetchone()
    if row is None:
        raise HTTPException(404)
    options = json.loads(row["options"])
    engine = Engine(
        provider=row["engine_provider"],
        transcription_model=row["engine_model"],
        diarization_model=row["engine_diarization_model"],
    )
    return {
        **listed(row),
        "options": options,
        "diarization": options["diarization"],
        "engine": engine,
        "cancel_requested": row["cancel_requested_at"] is not None,
    }


@app.get("/transcriptions", response_model=Page)
def many(limit: int = 50, owner: int = Depends(owner)):
    rows = database().execute(
        f"SELECT {LISTED} FROM jobs WHERE owner = ? ORDER BY created_at DESC, id DESC LIMIT ?", (owner, limit + 1)
    ).fetchall()
    more = len(rows) > limit
    return {"items": [listed(row) for row in rows[:limit]], "next_cursor": rows[limit - 1]["id"] if more else None}


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
