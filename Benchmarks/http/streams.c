// Opens event streams, makes events, and measures how late each arrives: from before the request that makes it until it is read.
//
//     streams PORT TOKEN TRANSCRIPTION CLIENTS EVENTS-PER-SECOND SECONDS
//
// One thread around epoll, so that it takes as little as can be from the server that it shares the processors with: one wake-up
// reads from every stream that has something.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char mark[] = "event: transcription.updated\n";
enum { MARK = sizeof mark - 1, ROOM = 1 << 16, EVENTS = 1024 };

struct stream {
    int socket, seen, kept, open;
    char tail[MARK];  // The end of what was read, which may be the beginning of a mark.
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int dial(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (descriptor < 0 || connect(descriptor, (void *)&address, sizeof address)) fail("connect");
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static void say(int descriptor, const char *text, size_t length) {
    if (write(descriptor, text, length) != (ssize_t)length) fail("write");
}

static double *sent, *delays;
static int delivered, made;

// Reads what a stream has and notes how late its events are. The nth is the answer to the nth change.
static void listen_to(struct stream *stream) {
    static char room[MARK + ROOM];
    memcpy(room, stream->tail, stream->kept);
    ssize_t count = read(stream->socket, room + stream->kept, ROOM);
    if (count <= 0) fail("a stream ended");
    double time = now();
    size_t length = stream->kept + count;
    if (!stream->open && memmem(room, length, "event: snapshot", 15)) stream->open = 1;
    char *from = room, *hit;
    while ((hit = memmem(from, room + length - from, mark, MARK))) {
        if (stream->seen >= made) {
            fprintf(stderr, "an event that nobody made\n");
            exit(1);
        }
        delays[delivered++] = time - sent[stream->seen++];
        from = hit + MARK;
    }
    size_t rest = room + length - from;
    stream->kept = rest < MARK - 1 ? rest : MARK - 1;
    memcpy(stream->tail, room + length - stream->kept, stream->kept);
}

// Whether the answer to a change is complete. All of it fits in the buffer.
static int is_answered(int descriptor, char *answer, size_t *length, size_t size) {
    ssize_t count = read(descriptor, answer + *length, size - 1 - *length);
    if (count <= 0) fail("the answer to a change");
    answer[*length += count] = 0;
    char *body = strstr(answer, "\r\n\r\n");
    if (!body) return 0;
    char *field = strcasestr(answer, "content-length:");
    if (strncmp(answer, "HTTP/1.1 200", 12) || !field || field > body) {
        fprintf(stderr, "a change was answered with: %s\n", answer);
        exit(1);
    }
    return *length >= body + 4 - answer + strtoul(field + 15, NULL, 10);
}

static int compare(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
    if (count != 7) return 2;
    int port = atoi(arguments[1]), clients = atoi(arguments[4]);
    double rate = atof(arguments[5]), seconds = atof(arguments[6]);
    int changes = rate * seconds, poll = epoll_create1(0);
    sent = calloc(changes + 1, sizeof *sent);
    delays = calloc((size_t)changes * clients + 1, sizeof *delays);
    struct stream *streams = calloc(clients, sizeof *streams);
    char text[8192];
    for (int n = 0; n < clients; n++) {
        streams[n].socket = dial(port);
        int length = snprintf(text, sizeof text, "GET /api/v1/events?types=transcription.updated HTTP/1.1\r\nHost: x\r\n"
                              "Authorization: Bearer %s\r\n\r\n", arguments[2]);
        say(streams[n].socket, text, length);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = n};
        epoll_ctl(poll, EPOLL_CTL_ADD, streams[n].socket, &event);
        // A hundred at a time wait for their first message.
        while (n % 100 == 99 || n == clients - 1) {
            int open = 0;
            for (int m = n - n % 100; m <= n; m++) open += streams[m].open;
            if (open == n % 100 + 1) break;
            struct epoll_event events[EVENTS];
            int ready = epoll_wait(poll, events, EVENTS, 10000);
            if (ready <= 0) fail("streams do not open");
            for (int e = 0; e < ready; e++) listen_to(&streams[events[e].data.u32]);
        }
    }
    int changer = dial(port), is_waiting = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = clients};
    epoll_ctl(poll, EPOLL_CTL_ADD, changer, &event);
    printf("open\n");
    fflush(stdout);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double begin = now(), end = begin + seconds + 10;
    static char answer[65536];
    size_t answered = 0;
    while ((delivered < changes * clients || is_waiting) && now() < end) {
        double due = begin + made / rate;
        if (made < changes && !is_waiting && now() >= due) {
            char body[64];
            int size = snprintf(body, sizeof body, "{\"title\":\"title %d\"}", made);
            int length = snprintf(text, sizeof text, "PATCH /api/v1/transcriptions/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                                  "Content-Length: %d\r\n\r\n%s", arguments[3], arguments[2], size, body);
            sent[made++] = now();
            say(changer, text, length);
            is_waiting = 1;
        }
        double pause = made < changes && !is_waiting ? due - now() : 1;
        struct epoll_event events[EVENTS];
        struct timespec limit = {.tv_sec = pause, .tv_nsec = (pause - (long)pause) * 1e9};
        if (pause < 0) limit = (struct timespec){0};
        int ready = epoll_pwait2(poll, events, EVENTS, &limit, NULL);
        for (int e = 0; e < ready; e++) {
            if ((int)events[e].data.u32 < clients) {
                listen_to(&streams[events[e].data.u32]);
            } else if (is_answered(changer, answer, &answered, sizeof answer)) {
                is_waiting = 0;
                answered = 0;
            }
        }
    }
    double took = now() - begin;
    getrusage(RUSAGE_SELF, &after);
    double used = after.ru_utime.tv_sec - before.ru_utime.tv_sec + (after.ru_utime.tv_usec - before.ru_utime.tv_usec) * 1e-6
        + after.ru_stime.tv_sec - before.ru_stime.tv_sec + (after.ru_stime.tv_usec - before.ru_stime.tv_usec) * 1e-6;
    qsort(delays, delivered, sizeof *delays, compare);
    printf("{\"delivered\": %d, \"expected\": %d, \"seconds\": %f, \"client_seconds\": %f, \"p50_ms\": %f, \"p99_ms\": %f, \"max_ms\": %f}\n",
           delivered, changes * clients, took, used, 1e3 * delays[delivered / 2], 1e3 * delays[(int)(delivered * 0.99)],
           1e3 * delays[delivered ? delivered - 1 : 0]);
    return 0;
}
