// How fast SQLite itself does what the queue asks of it: the same tables and indexes (in a file that queue-bench made), the
// same rows, prepared statements, synchronous=FULL, one thread and nothing around it. What the queue loses to this is ours.
//
//   sqlite_limit enqueue FILE SECONDS BATCH    jobs put in, BATCH to a commit
//   sqlite_limit cycle FILE SECONDS            one job put in, claimed and completed, three commits
//   sqlite_limit drain FILE JOBS               waiting jobs, each completed in one commit with the claim of the next
//
// Only the writes and the one read that finds a job are done: no fence is checked, nothing is decoded.
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *db;
// What a job without wishes holds.
static const char *options = "{\"device\":\"auto\",\"diarization\":false,\"hotwords\":[],\"task\":\"transcribe\"}";

static void check(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(1);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static long long microseconds(void) {
    struct timeval now;
    gettimeofday(&now, NULL);
    return now.tv_sec * 1000000LL + now.tv_usec;
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement = NULL;
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, sql);
    return statement;
}

// Binds by letters: i a whole number, r a fraction, t a text.
static void bind(sqlite3_stmt *statement, const char *letters, ...) {
    va_list values;
    va_start(values, letters);
    for (int at = 1; letters[at - 1]; at++) switch (letters[at - 1]) {
    case 'i': sqlite3_bind_int64(statement, at, va_arg(values, long long)); break;
    case 'r': sqlite3_bind_double(statement, at, va_arg(values, double)); break;
    case 't': sqlite3_bind_text(statement, at, va_arg(values, const char *), -1, SQLITE_TRANSIENT); break;
    }
    va_end(values);
}

static void run(sqlite3_stmt *statement) {
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {}
    check(code == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
}

static sqlite3_stmt *begin, *commit, *insert_job, *insert_event, *claim, *insert_attempt, *complete,
    *close_attempt, *insert_transcript;

static void prepare_all(void) {
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    insert_job = prepare(
        "INSERT INTO transcriptions (id, owner, file_id, blob_key, title, title_folded, status, options, priority, queued_at,"
        " run_after, is_due, max_attempts, stage, audio_seconds, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, $8, $9, 1, 3, 'queued', $10, $11, $12)");
    insert_event = prepare("INSERT INTO events (owner, subject, type, payload, at) VALUES ($1, $2, $3, $4, $5)");
    claim = prepare(
        "UPDATE transcriptions SET status = 'processing', attempt = attempt + 1, claimed_by = $1, lease_expires_at = $2,"
        " progress = 0.05, stage = 'preparing', started_at = $3, updated_at = $4"
        " WHERE id IN (SELECT id FROM transcriptions WHERE status = 'queued' AND is_due = 1"
        " ORDER BY priority DESC, queued_at, created_at, id LIMIT 1) AND status = 'queued' RETURNING id, owner");
    insert_attempt = prepare(
        "INSERT INTO executions (job, number, id, status, started_at) VALUES ($1, 1, $2, 'processing', $3)");
    complete = prepare(
        "UPDATE transcriptions SET status = 'completed', stage = 'completed', progress = 1, claimed_by = NULL,"
        " lease_expires_at = NULL, completed_at = $1, updated_at = $2"
        " WHERE id = $3 AND status = 'processing' AND attempt = 1");
    close_attempt = prepare("UPDATE executions SET status = 'completed', completed_at = $1 WHERE job = $2 AND number = 1");
    insert_transcript = prepare(
        "INSERT INTO transcripts (job, version, content, text, updated_at)"
        " VALUES ($1, 1, CAST('{\"segments\":[],\"text\":\"\",\"words\":[]}' AS BLOB), '', $2)");
}

static void event(long long owner, const char *job, const char *type, const char *status, double progress) {
    char payload[200];
    snprintf(payload, sizeof payload, "{\"id\":\"%s\",\"status\":\"%s\",\"progress\":%g,\"stage\":\"%s\"}", job, status,
             progress, status);
    bind(insert_event, "ittti", owner, job, type, payload, microseconds());
    run(insert_event);
}

static void enqueue(long number) {
    char job[64], file[64], blob[80], title[64], folded[64];
    long long now = microseconds(), owner = 1 + number % 200;
    unsigned long long low = ((unsigned long long)random() << 32) ^ (unsigned long long)random();
    snprintf(job, sizeof job, "tr_%012llx%04lx%016llx", now / 1000, random() & 0xffff, low);
    snprintf(file, sizeof file, "file_%012llx%04lx%016llx", now / 1000, random() & 0xffff, low);
    snprintf(blob, sizeof blob, "files/%s", file);
    snprintf(title, sizeof title, "Meeting of the working group, part %ld", number);
    snprintf(folded, sizeof folded, "meeting of the working group, part %ld", number);
    bind(insert_job, "titttttiirii", job, owner, file, blob, title, folded, options, now, now, 60.0 + number % 3600, now, now);
    run(insert_job);
    event(owner, job, "transcription.created", "queued", 0);
}

// Claims the first job in line; answers its owner and writes its identifier to `job`.
static long long claim_one(char *job, size_t size) {
    long long now = microseconds();
    bind(claim, "tiii", "inst_bench", now + 600000000LL, now, now);
    check(sqlite3_step(claim) == SQLITE_ROW, "Nothing to claim");
    snprintf(job, size, "%s", (const char *)sqlite3_column_text(claim, 0));
    long long owner = sqlite3_column_int64(claim, 1);
    run(claim);
    char attempt[96];
    snprintf(attempt, sizeof attempt, "exec_%s-1", job + 3);
    bind(insert_attempt, "tti", job, attempt, now);
    run(insert_attempt);
    event(owner, job, "transcription.progress", "processing", 0.05);
    return owner;
}

static void complete_one(const char *job, long long owner) {
    long long now = microseconds();
    bind(complete, "iit", now, now, job);
    run(complete);
    bind(close_attempt, "it", now, job);
    run(close_attempt);
    bind(insert_transcript, "ti", job, now);
    run(insert_transcript);
    event(owner, job, "transcription.completed", "completed", 1);
}

static long measure_enqueue(double end, int batch) {
    long jobs = 0;
    while (seconds() < end) {
        run(begin);
        for (int i = 0; i < batch; i++) enqueue(jobs++);
        run(commit);
    }
    return jobs;
}

// How long the statements of each claim took, without their commit.
enum { CLAIMS_MAX = 200000 };
static double claims[CLAIMS_MAX];

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long measure_cycle(double end) {
    long jobs = 0;
    char job[80];
    while (seconds() < end) {
        run(begin);
        enqueue(jobs++);
        run(commit);
        run(begin);
        double asked = seconds();
        long long owner = claim_one(job, sizeof job);
        claims[(jobs - 1) % CLAIMS_MAX] = seconds() - asked;
        run(commit);
        run(begin);
        complete_one(job, owner);
        run(commit);
    }
    return jobs;
}

// Puts jobs in, claims the first, then completes each with the claim of the next. Says when that began.
static long measure_drain(long jobs, double *start) {
    char job[80];
    run(begin);
    for (long i = 0; i < jobs; i++) enqueue(i);
    long long owner = claim_one(job, sizeof job);
    run(commit);
    *start = seconds();
    for (long i = 1; i < jobs; i++) {
        run(begin);
        complete_one(job, owner);
        owner = claim_one(job, sizeof job);
        run(commit);
    }
    return jobs - 1;
}

int main(int count, char **words) {
    check(count >= 4, "Use: sqlite_limit enqueue FILE SECONDS BATCH | cycle FILE SECONDS | drain FILE JOBS");
    // No account of memory, as our program does without one.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    check(sqlite3_open(words[2], &db) == SQLITE_OK, words[2]);
    const char *pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
                          "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 16000;";
    check(sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK, "pragmas");
    prepare_all();
    srandom((unsigned)getpid());
    int batch = count > 4 ? atoi(words[4]) : 1, is_cycle = !strcmp(words[1], "cycle"), is_drain = !strcmp(words[1], "drain");
    double start = seconds(), end = start + atof(words[3]);
    long jobs = is_drain ? measure_drain(atol(words[3]), &start) : is_cycle ? measure_cycle(end) : measure_enqueue(end, batch);
    double per_s = jobs / (seconds() - start);
    if (is_cycle) {
        long count = jobs < CLAIMS_MAX ? jobs : CLAIMS_MAX;
        qsort(claims, count, sizeof claims[0], compare);
        printf("limit cycle per_s=%.2f claim_p50_us=%.2f\n", per_s, claims[count / 2] * 1e6);
    } else if (is_drain)
        printf("limit drain workers=1 per_s=%.2f\n", per_s);
    else
        printf("limit enqueue batch=%d per_s=%.2f\n", batch, per_s);
    return 0;
}
