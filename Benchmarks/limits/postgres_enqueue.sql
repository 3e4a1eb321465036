\set owner random(1, 50)
\set key random(1, 1000000000000)
INSERT INTO jobs (owner, run_after, created_at, asked_under, payload)
VALUES (:owner, extract(epoch FROM clock_timestamp()) * 1e6, extract(epoch FROM clock_timestamp()) * 1e6, :key, repeat('payload ', 38));
