/* Two servers that do nothing but pass frames on: what the machine allows a WebSocket broadcast on one core.
 *
 *   limits each PORT     one send() for every message and listener, as nearly every server does
 *   limits batch PORT    what came in during one turn of the loop is joined, one send() for every listener
 *
 * Nothing is stored, nobody is recognised, no rule is applied.  RFC 6455: handshake, masking, fragments, ping, close.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint32_t u32;

enum { READ_SIZE = 256 * 1024, EVENTS = 4096, MESSAGE_MAX = 65536, QUEUE_MAX = 64 * 1024 * 1024 };

typedef struct { char *data; size_t length, cap; } Bytes;

typedef struct Client {
    int fd, place;
    bool open, gone, wants_write;
    Bytes in, out, message;
    size_t out_off;
    struct Client *next_gone;
} Client;

static Client **clients, *gone_first;
static int client_count, client_cap, epoll_fd;
static bool batching;
static Bytes turn_bytes;
static char *buffer;

static void append(Bytes *b, const void *data, size_t length) {
    if (b->length + length > b->cap) {
        b->cap = (b->length + length) * 2;
        b->data = realloc(b->data, b->cap);
        if (!b->data) exit(1);
    }
    memcpy(b->data + b->length, data, length);
    b->length += length;
}

/* ---- the handshake: SHA-1 (RFC 3174) and base64 */

static u32 rol(u32 x, int n) { return x << n | x >> (32 - n); }

static void sha1(const char *text, size_t length, u8 digest[20]) {
    u32 h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    u8 padded[192] = {0};
    size_t total = (length + 9 + 63) / 64 * 64;
    memcpy(padded, text, length);
    padded[length] = 0x80;
    padded[total - 2] = (u8)(length >> 5);
    padded[total - 1] = (u8)(length << 3);
    for (size_t block = 0; block < total; block += 64) {
        u32 w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++) {
            u8 *p = padded + block + 4 * i;
            w[i] = (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
        }
        for (int i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            u32 f = i < 20 ? ((b & c) | (~b & d)) + 0x5A827999 : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                  : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC : (b ^ c ^ d) + 0xCA62C1D6;
            u32 next = rol(a, 5) + f + e + w[i];
            e = d, d = c, c = rol(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const u8 digest[20], char text[29]) {
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    u8 padded[21] = {0};
    memcpy(padded, digest, 20);
    for (int i = 0; i < 7; i++) {
        u32 three = (u32)padded[3 * i] << 16 | (u32)padded[3 * i + 1] << 8 | padded[3 * i + 2];
        for (int k = 0; k < 4; k++) text[4 * i + k] = signs[three >> (18 - 6 * k) & 63];
    }
    text[27] = '=';
    text[28] = 0;
}

/* ---- sending */

static void watch(Client *c, bool write) {
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
    c->wants_write = write;
}

static void leave(Client *c) {
    if (c->gone) return;
    c->gone = true;
    c->open = false;
    c->next_gone = gone_first; /* freed after the turn: other events of it may point here */
    gone_first = c;
    if (c->place >= 0) {
        clients[c->place] = clients[--client_count];
        clients[c->place]->place = c->place;
        c->place = -1;
    }
}

static void flush(Client *c) {
    while (c->out_off < c->out.length) {
        ssize_t n = send(c->fd, c->out.data + c->out_off, c->out.length - c->out_off, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN && !c->wants_write) watch(c, true);
            if (errno != EAGAIN) leave(c);
            return;
        }
        c->out_off += (size_t)n;
    }
    c->out.length = c->out_off = 0;
    if (c->wants_write) watch(c, false);
}

static void write_to(Client *c, const char *data, size_t length) {
    if (c->gone) return;
    if (!c->out.length) {
        ssize_t n = send(c->fd, data, length, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            leave(c);
            return;
        }
        if (n == (ssize_t)length) return;
        if (n > 0) data += n, length -= (size_t)n;
        append(&c->out, data, length);
        watch(c, true);
    } else if (c->out.length - c->out_off > QUEUE_MAX) {
        leave(c);
    } else {
        append(&c->out, data, length);
    }
}

static size_t header(u8 *to, u8 opcode, size_t length) {
    to[0] = 0x80 | opcode;
    if (length < 126) {
        to[1] = (u8)length;
        return 2;
    }
    if (length < 65536) {
        to[1] = 126, to[2] = (u8)(length >> 8), to[3] = (u8)length;
        return 4;
    }
    to[1] = 127;
    for (int i = 0; i < 8; i++) to[2 + i] = (u8)((unsigned long long)length >> (56 - 8 * i));
    return 10;
}

static void write_to_all(const char *data, size_t length) {
    for (int i = client_count; i--;) /* downwards: one that leaves is replaced by the last */
        if (clients[i]->open) write_to(clients[i], data, length);
}

static void broadcast(const char *text, size_t length) {
    static Bytes frame;
    u8 head[10];
    Bytes *into = batching ? &turn_bytes : &frame;
    if (!batching) frame.length = 0;
    append(into, head, header(head, 1, length));
    append(into, text, length);
    if (!batching) write_to_all(frame.data, frame.length);
}

static void control(Client *c, u8 opcode, const char *text, size_t length) {
    u8 frame[140];
    size_t head = header(frame, opcode, length);
    memcpy(frame + head, text, length);
    write_to(c, (char *)frame, head + length);
}

static void refuse(Client *c, unsigned code) {
    char said[2] = {(char)(code >> 8), (char)code};
    control(c, 8, said, 2);
    leave(c);
}

/* ---- receiving */

static bool is_utf8(const u8 *p, size_t n) {
    for (size_t i = 0; i < n;) {
        u8 a = p[i];
        size_t more = a < 0x80 ? 0 : a >= 0xC2 && a < 0xE0 ? 1 : (a & 0xF0) == 0xE0 ? 2 : a >= 0xF0 && a < 0xF5 ? 3 : 9;
        if (more > 3 || i + more >= n + (more == 0)) return false;
        for (size_t k = 1; k <= more; k++)
            if ((p[i + k] & 0xC0) != 0x80) return false;
        if ((a == 0xE0 && p[i + 1] < 0xA0) || (a == 0xED && p[i + 1] > 0x9F) || (a == 0xF0 && p[i + 1] < 0x90) ||
            (a == 0xF4 && p[i + 1] > 0x8F))
            return false;
        i += more + 1;
    }
    return true;
}

static void take(Client *c, u8 first, char *text, size_t length) {
    u8 opcode = first & 15;
    bool last = first & 0x80;
    if (first & 0x70) refuse(c, 1002);
    else if (opcode >= 8 && (!last || length > 125)) refuse(c, 1002);
    else if (opcode == 9) control(c, 10, text, length);
    else if (opcode == 8) control(c, 8, text, length >= 2 ? 2 : 0), leave(c);
    else if (opcode == 2) refuse(c, 1003);
    else if (opcode == 1 && last && !c->message.length) {
        if (is_utf8((u8 *)text, length)) broadcast(text, length);
        else refuse(c, 1007);
    } else if (opcode <= 1) {
        if ((opcode == 1) != !c->message.length || c->message.length + length > MESSAGE_MAX) {
            refuse(c, opcode == 1 ? 1002 : 1009);
            return;
        }
        append(&c->message, text, length);
        if (!last) return;
        if (is_utf8((u8 *)c->message.data, c->message.length)) broadcast(c->message.data, c->message.length);
        else refuse(c, 1007);
        c->message.length = 0;
    }
}

static size_t take_frames(Client *c, char *data, size_t have) {
    size_t at = 0;
    while (!c->gone && have - at >= 6) {
        u8 *p = (u8 *)data + at;
        size_t length = p[1] & 127, head = 6;
        if (!(p[1] & 128)) {
            refuse(c, 1002);
            break;
        }
        if (length == 126) {
            if (have - at < 8) break;
            length = (size_t)p[2] << 8 | p[3];
            head = 8;
        } else if (length == 127) {
            refuse(c, 1009);
            break;
        }
        if (have - at < head + length) break;
        for (size_t i = 0; i < length; i++) p[head + i] ^= p[head - 4 + (i & 3)];
        take(c, p[0], data + at + head, length);
        at += head + length;
    }
    return at;
}

static size_t take_upgrade(Client *c, char *data, size_t have) {
    char *end = memmem(data, have, "\r\n\r\n", 4), key[128], accept[29], answer[200];
    u8 digest[20];
    if (!end) return 0;
    *end = 0;
    char *said = strcasestr(data, "sec-websocket-key:");
    if (!said || sscanf(said + 18, " %64[^\r\n ]", key) != 1) {
        leave(c);
        return have;
    }
    strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    sha1(key, strlen(key), digest);
    base64(digest, accept);
    int n = snprintf(answer, sizeof answer,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    write_to(c, answer, (size_t)n);
    c->open = !c->gone;
    return (size_t)(end + 4 - data);
}

static void readable(Client *c) {
    memcpy(buffer, c->in.data ? c->in.data : "", c->in.length);
    ssize_t n = recv(c->fd, buffer + c->in.length, READ_SIZE, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        leave(c);
        return;
    }
    size_t have = c->in.length + (size_t)n, at = 0;
    if (!c->open) at = take_upgrade(c, buffer, have);
    if (c->open) at += take_frames(c, buffer + at, have - at);
    c->in.length = 0;
    if (have > at && !c->gone) append(&c->in, buffer + at, have - at);
    if (c->in.length > MESSAGE_MAX + 16) leave(c);
}

static void accept_all(int listener) {
    int yes = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        Client *c = calloc(1, sizeof *c);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (client_count == client_cap) {
            client_cap = client_cap ? 2 * client_cap : 1024;
            clients = realloc(clients, (size_t)client_cap * sizeof *clients);
        }
        c->fd = fd;
        c->place = client_count;
        clients[client_count++] = c;
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
    }
}

static void bury(void) {
    while (gone_first) {
        Client *c = gone_first;
        gone_first = c->next_gone;
        close(c->fd);
        free(c->in.data);
        free(c->out.data);
        free(c->message.data);
        free(c);
    }
}

int main(int argc, char **argv) {
    static struct epoll_event events[EVENTS];
    if (argc != 3 || (strcmp(argv[1], "each") && strcmp(argv[1], "batch"))) {
        fputs("limits: say each or batch, and a port\n", stderr);
        return 2;
    }
    batching = !strcmp(argv[1], "batch");
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    buffer = malloc(READ_SIZE + MESSAGE_MAX + 64);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 4096)) {
        perror("limits");
        return 1;
    }
    epoll_fd = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            Client *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener);
                continue;
            }
            if (!c->gone && events[i].events & EPOLLOUT) flush(c);
            if (!c->gone && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
        }
        if (turn_bytes.length) write_to_all(turn_bytes.data, turn_bytes.length);
        turn_bytes.length = 0;
        bury();
    }
}
