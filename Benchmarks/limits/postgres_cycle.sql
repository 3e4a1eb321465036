\set owner random(1, 50)
\set key random(1, 1000000000000)
INSERT INTO jobs (owner, run_after, created_at, asked_under, payload)
VALUES (:owner, extract(epoch FROM clock_timestamp()) * 1e6, extract(epoch FROM clock_timestamp()) * 1e6, :key, repeat('payload ', 38));
WITH first AS MATERIALIZED (
    SELECT id FROM jobs WHERE state = 0 AND run_after <= extract(epoch FROM clock_timestamp()) * 1e6
    ORDER BY priority DESC, run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED
),
claimed AS (
    UPDATE jobs SET state = 1, attempt = attempt + 1, worker = 'one', started_at = extract(epoch FROM clock_timestamp()) * 1e6,
        lease_expires_at = extract(epoch FROM clock_timestamp()) * 1e6 + 6e8
    FROM first WHERE jobs.id = first.id RETURNING jobs.id
)
SELECT coalesce(max(id), 0) AS job FROM claimed \gset
BEGIN;
UPDATE jobs SET state = 2, ended_at = extract(epoch FROM clock_timestamp()) * 1e6, lease_expires_at = NULL, worker = NULL
WHERE id = :job AND state = 1;
INSERT INTO attempts (job, number, worker, started_at, ended_at, outcome) VALUES (:job, 1, 'one', 0, 0, 0);
COMMIT;
