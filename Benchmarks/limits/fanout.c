// The least that event streams cost: whatever asks by GET is told of every PATCH, by one write each, from one thread. It knows no
// accounts, no log and no slow readers. Prints its port.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 16384, MAX = 65536, EVENTS = 1024 };

static int readers[MAX], reader_count, number;

static void say(int descriptor, const char *text) {
    size_t length = strlen(text);
    if (write(descriptor, text, length) != (ssize_t)length) exit(1);
}

// A chunk like those of the server that is measured: an event of about its length.
static void tell_all(void) {
    char event[512], chunk[640];
    int length = snprintf(event, sizeof event, "id: %d\nevent: transcription.updated\ndata: {\"id\":\"tr_0000000000000000000000000000000a\","
                          "\"title\":\"title %d\"}\n\n", number, number);
    snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", length, event);
    number++;
    for (int n = 0; n < reader_count; n++) say(readers[n], chunk);
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (void *)&address, size) || listen(listener, 1024) || getsockname(listener, (void *)&address, &size)) return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int n = 0; n < ready; n++) {
            if (events[n].data.fd == listener) {
                int client = accept(listener, NULL, NULL);
                if (client < 0) continue;
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = client};
                epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
                continue;
            }
            char request[ROOM];
            int client = events[n].data.fd;
            // Requests are short and come in one piece on loopback.
            ssize_t count = read(client, request, ROOM - 1);
            if (count <= 0) {
                close(client);
            } else if (request[0] == 'G' && reader_count < MAX) {
                readers[reader_count++] = client;
                say(client, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "1a\r\nevent: snapshot\ndata: {}\n\n\r\n");
            } else if (request[0] == 'P') {
                say(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
                tell_all();
            }
        }
    }
}
