-- A bare queue, for what PostgreSQL itself does with three transactions a job: one row a job with what a queue cannot do without, and one
-- for its attempt. No events, no transcripts, no lists, nobody to tell.
CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner BIGINT NOT NULL, state SMALLINT NOT NULL DEFAULT 0,
    priority SMALLINT NOT NULL DEFAULT 0, run_after BIGINT NOT NULL, created_at BIGINT NOT NULL, started_at BIGINT, ended_at BIGINT,
    attempt SMALLINT NOT NULL DEFAULT 0, lease_expires_at BIGINT, worker TEXT, asked_under TEXT, payload TEXT NOT NULL, error TEXT
);
CREATE TABLE attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job BIGINT NOT NULL, number SMALLINT NOT NULL, worker TEXT NOT NULL,
    started_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, outcome SMALLINT NOT NULL
);
CREATE INDEX jobs_line ON jobs (priority DESC, run_after, id) WHERE state = 0;
CREATE INDEX jobs_leased ON jobs (lease_expires_at) WHERE state = 1;
CREATE INDEX jobs_of_owner ON jobs (owner, created_at);
CREATE UNIQUE INDEX jobs_asked_under ON jobs (owner, asked_under) WHERE asked_under IS NOT NULL;
CREATE INDEX attempts_of_job ON attempts (job);
