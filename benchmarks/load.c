/* Loads a chat server over WebSocket or HTTP, and measures what comes back.  One thread, one epoll.
 *
 *   load MODE --port P [--name value ...]      prints one JSON object when it is done
 *
 * modes     pipelined  --outstanding messages under way, over --publishers of the --listeners connections
 *           one        one message under way in all: the next goes when every listener has the last
 *           open       --rate messages a second, evenly paced, whatever comes back; latency counts from the moment at
 *                      which a message was due, so a server that stalls cannot hide it (no coordinated omission)
 *           connect    opens --listeners connections, --at-once at a time; --churn 1 closes each when it is up
 *           idle       holds --listeners connections, says so, and leaves when standard input ends
 *           resume     drops all connections and comes back at once, naming rooms with their revs; with --wait 1 it
 *                      does so when a line comes in on standard input
 *           http       --listeners keep-alive connections, one request after the other (or --rate a second in all)
 *
 * dialects  native     webchat.v1: hello with a token, welcome, post with a nonce, ok, message
 *           plain      a frame that is sent comes back to everybody, its sender included
 *           socketio   Engine.IO 4 over WebSocket, the event "m"
 *
 * Every listener counts every message, and must have got each one in the end.  Send-to-delivery latency is taken at
 * --sample of the listeners, spread evenly.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

enum { READ_SIZE = 256 * 1024, CARRY_MAX = 8 * 1024 * 1024, EVENTS = 1024, RING = 8192, MAX_CODES = 12 };
enum dialect { NATIVE, PLAIN, SOCKETIO };
enum mode { PIPELINED, ONE, OPEN, CONNECT, IDLE, RESUME, HTTP };
enum state { DOWN, CONNECTING, UPGRADING, GREETING, UP };

/* ---- options */

static enum mode mode;
static enum dialect dialect = PLAIN;
static const char *opt_host = "127.0.0.1", *opt_path = "/", *opt_subprotocol = "", *opt_tokens, *opt_pids = "";
static const char *opt_method = "GET";
static int opt_port, opt_listeners = 100, opt_publishers = 10, opt_outstanding = 100, opt_at_once = 64, opt_size = 120;
static int opt_sample = 100, opt_sources = 1, opt_churn, opt_wait, opt_behind;
static double opt_rate, opt_seconds = 3, opt_warm = 1, opt_drain = 5, opt_drain_most = 120, opt_patience = 300;
static u64 opt_range = 1;

/* ---- small things */

static u64 now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

static void die(const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, rest);
    fputc('\n', stderr);
    exit(1);
}

static u64 chance_state = 88172645463325252ull;
static u64 chance(void) {
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    return chance_state ^= chance_state << 17;
}

static double cpu_of_self(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + 1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

/* CPU seconds of every thread of the server's processes, to the nanosecond: /proc/PID/stat counts in ticks of 10 ms. */
static double cpu_of_server(void) {
    double sum = 0;
    char list[1024], *save = NULL;
    snprintf(list, sizeof list, "%s", opt_pids);
    for (char *pid = strtok_r(list, ",", &save); pid; pid = strtok_r(NULL, ",", &save)) {
        char name[300];
        snprintf(name, sizeof name, "/proc/%s/task", pid);
        DIR *tasks = opendir(name);
        if (!tasks) continue;
        for (struct dirent *task; (task = readdir(tasks));) {
            if (task->d_name[0] == '.') continue;
            snprintf(name, sizeof name, "/proc/%s/task/%.20s/schedstat", pid, task->d_name);
            FILE *file = fopen(name, "r");
            unsigned long long ran = 0;
            if (file) {
                if (fscanf(file, "%llu", &ran) == 1) sum += 1e-9 * (double)ran;
                fclose(file);
            }
        }
        closedir(tasks);
    }
    return sum;
}

/* A histogram with 64 steps to each power of two, so every figure is right to 1.6 %. */
typedef struct { u64 count[64 * 64], total, max; } Histogram;

static void note(Histogram *h, u64 ns) {
    int shift = ns < 64 ? 0 : 58 - __builtin_clzll(ns);
    h->count[(shift << 6) + (int)(ns >> shift)]++;
    h->total++;
    if (ns > h->max) h->max = ns;
}

static double quantile_ms(const Histogram *h, double q) {
    u64 want = (u64)(q * (double)h->total), seen = 0;
    if (!h->total) return 0;
    for (int i = 0; i < 64 * 64; i++) {
        seen += h->count[i];
        if (seen > want || seen == h->total) {
            int shift = i < 64 ? 0 : (i >> 6);
            return 1e-6 * (double)(i < 64 ? (u64)i : (u64)(i & 63) << shift);
        }
    }
    return 1e-6 * (double)h->max;
}

static void print_histogram(const char *name, const Histogram *h) {
    printf(",\"%s\":{\"count\":%llu,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"p999\":%.4f,\"max\":%.4f}", name,
           (unsigned long long)h->total, quantile_ms(h, .5), quantile_ms(h, .9), quantile_ms(h, .99),
           quantile_ms(h, .999), 1e-6 * (double)h->max);
}

/* ---- connections */

typedef struct Conn {
    int fd, index;
    u8 state, sampled, publisher, wants_write, dirty, waiting_answer;
    const char *token;
    u32 room, group;
    char *carry, *out;
    u32 carry_len, carry_cap, out_len, out_off, out_cap;
    u64 began, received, sent, under_way, due;
    u64 *ring;
    u32 *rooms;
    u64 *revs;
    u32 room_count, unsynced;
    long body_left;
    struct Conn *next_retry;
    u64 retry_at;
} Conn;

static Conn *conns;
static int epoll_fd, up, opening, next_to_open;
static char *buffer;
static Conn *retry_first, *retry_last;
static char epoch[80];
static u32 *group_rooms;
static u64 *group_sent;
static int groups;

static Histogram latency, ack_latency, lateness, connect_time;
static u64 sent, accepted, acks, deliveries, delivered_bytes, refused, http_answers, http_bad, broken, retries, syncs, resets, connected;
static u64 stray;
static int last_close;
static char first_error[400];
static struct { char code[40]; u64 count; } codes[MAX_CODES];
static bool sending, resuming, leaving;
static u64 window_begin = UINT64_MAX, window_end = UINT64_MAX;
static char nonce_prefix[16];
static char filler[65536];

static void note_error(const char *code, size_t length, const char *frame, size_t frame_length) {
    if (!first_error[0]) {
        size_t n = frame_length < sizeof first_error - 1 ? frame_length : sizeof first_error - 1;
        memcpy(first_error, frame, n);
        for (size_t i = 0; i < n; i++)
            if (first_error[i] < ' ' || first_error[i] > '~' || first_error[i] == '"' || first_error[i] == '\\')
                first_error[i] = '\'';
    }
    if (length > sizeof codes[0].code - 1) length = sizeof codes[0].code - 1;
    for (int i = 0; i < MAX_CODES; i++) {
        if (!codes[i].count) memcpy(codes[i].code, code, length);
        if (strlen(codes[i].code) == length && !memcmp(codes[i].code, code, length)) {
            codes[i].count++;
            return;
        }
    }
}

static void watch(Conn *c, bool write) {
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
    c->wants_write = write;
}

static void lost(Conn *c, const char *why);

static void flush(Conn *c) {
    while (c->out_off < c->out_len) {
        ssize_t n = send(c->fd, c->out + c->out_off, c->out_len - c->out_off, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) {
                if (!c->wants_write) watch(c, true);
                return;
            }
            lost(c, "send");
            return;
        }
        c->out_off += (u32)n;
    }
    c->out_off = c->out_len = 0;
    if (c->wants_write) watch(c, false);
}

static char *room_for(Conn *c, size_t more) {
    if (c->out_len + more > c->out_cap) {
        c->out_cap = (u32)(c->out_len + more + 1024);
        c->out = realloc(c->out, c->out_cap);
        if (!c->out) die("out of memory");
    }
    return c->out + c->out_len;
}

/* A client's frame; the payload is written by the caller behind the header, then masked in place. */
static char *begin_frame(Conn *c, size_t length) { return room_for(c, length + 14) + (length < 126 ? 6 : 8); }

static void end_frame(Conn *c, u8 opcode, size_t length) {
    static const u8 key[4] = {0x5a, 0xc3, 0x96, 0x3c};
    u8 *p = (u8 *)c->out + c->out_len;
    size_t head = length < 126 ? 6 : 8;
    p[0] = 0x80 | opcode;
    if (length < 126) {
        p[1] = (u8)(0x80 | length);
    } else {
        p[1] = 0x80 | 126;
        p[2] = (u8)(length >> 8);
        p[3] = (u8)length;
    }
    memcpy(p + head - 4, key, 4);
    for (size_t i = 0; i < length; i++) p[head + i] ^= key[i & 3];
    c->out_len += (u32)(head + length);
}

static void say(Conn *c, u8 opcode, const char *text, size_t length) {
    memcpy(begin_frame(c, length), text, length);
    end_frame(c, opcode, length);
}

/* ---- messages: "~", the time at which it was due, who sent it, and filler */

static void hex(char *to, u64 value, int digits) {
    while (digits--) {
        to[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static u64 unhex(const char *from, int digits) {
    u64 value = 0;
    while (digits--) {
        u8 sign = (u8)*from++;
        value = value << 4 | (u64)((sign & 15) + (sign >> 6) * 9);
    }
    return value;
}

static size_t write_text(char *to, u64 due, int publisher) {
    to[0] = '~';
    hex(to + 1, due, 16);
    hex(to + 17, (u64)publisher, 5);
    memcpy(to + 22, filler, (size_t)opt_size - 22);
    return (size_t)opt_size;
}

static void post(Conn *c, u64 due) {
    size_t length;
    if (dialect == NATIVE) {
        char head[96], tail[64];
        int h = snprintf(head, sizeof head, "{\"type\":\"post\",\"id\":%llu,\"room\":%u,\"text\":\"",
                         (unsigned long long)c->sent, c->room);
        int t = snprintf(tail, sizeof tail, "\",\"nonce\":\"%s%x-%llx\"}", nonce_prefix, (unsigned)c->index,
                         (unsigned long long)c->sent);
        length = (size_t)(h + opt_size + t);
        char *p = begin_frame(c, length);
        memcpy(p, head, (size_t)h);
        write_text(p + h, due, c->index);
        memcpy(p + h + opt_size, tail, (size_t)t);
    } else if (dialect == SOCKETIO) {
        length = (size_t)opt_size + 10;
        char *p = begin_frame(c, length);
        memcpy(p, "42[\"m\",\"", 8);
        write_text(p + 8, due, c->index);
        memcpy(p + 8 + opt_size, "\"]", 2);
    } else {
        length = (size_t)opt_size;
        write_text(begin_frame(c, length), due, c->index);
    }
    end_frame(c, 1, length);
    if (c->ring) c->ring[c->sent % RING] = due;
    c->sent++;
    c->under_way++;
    group_sent[c->group]++;
    sent++;
}

static void refill(Conn *c, u64 now) {
    u64 share = (u64)(opt_outstanding / opt_publishers);
    if (!sending || mode != PIPELINED || c->state != UP || c->under_way >= share) return;
    while (c->under_way < share) post(c, now);
    flush(c);
}

/* ---- opening and closing */

static void start_opening(Conn *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket: %s", strerror(errno));
    int yes = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (opt_sources > 1) {
        struct sockaddr_in from = {.sin_family = AF_INET};
        from.sin_addr.s_addr = htonl(0x7f000001u + (u32)(c->index % opt_sources));
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
        if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) die("bind: %s", strerror(errno));
    }
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt_port)};
    inet_pton(AF_INET, opt_host, &to.sin_addr);
    c->began = now_ns();
    c->state = CONNECTING;
    c->carry_len = c->out_len = c->out_off = 0;
    c->under_way = 0;
    c->waiting_answer = 0;
    c->wants_write = 1;
    opening++;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
        lost(c, "connect");
        return;
    }
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &e);
}

/* Without a FIN: a storm of polite closes would use up the ports of the machine (TIME_WAIT). */
static void drop(Conn *c) {
    struct linger off = {1, 0};
    if (c->state == DOWN) return;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &off, sizeof off);
    close(c->fd);
    if (c->state == UP) up--;
    else opening--;
    c->state = DOWN;
}

static void lost(Conn *c, const char *why) {
    bool was_up = c->state == UP;
    if (c->state == DOWN) return;
    drop(c);
    if (leaving || (mode == RESUME && was_up)) return; /* the server may be killed on purpose */
    if (was_up || mode == HTTP) {
        broken++;
        note_error(why, strlen(why), why, strlen(why));
        return;
    }
    retries++;
    if (retries > 200000) die("cannot connect to port %d: %s (%s)", opt_port, why, strerror(errno));
    c->retry_at = now_ns() + 500000000ull;
    c->next_retry = NULL;
    if (retry_last) retry_last->next_retry = c;
    else retry_first = c;
    retry_last = c;
}

static void send_upgrade(Conn *c) {
    char *p = room_for(c, 600);
    const char *protocol = opt_subprotocol[0] ? "Sec-WebSocket-Protocol: " : "";
    c->out_len += (u32)snprintf(p, 600,
                                "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
                                opt_path, opt_host, opt_port, protocol, opt_subprotocol, protocol[0] ? "\r\n" : "");
    c->state = UPGRADING;
    flush(c);
}

static void send_hello(Conn *c) {
    size_t cap = 300 + (size_t)c->room_count * 40;
    char *text = malloc(cap);
    int n = snprintf(text, cap, "{\"type\":\"hello\",\"token\":\"%s\"", c->token);
    if (resuming) {
        n += snprintf(text + n, cap - (size_t)n, ",\"epoch\":\"%s\",\"rooms\":{", epoch);
        for (u32 i = 0; i < c->room_count; i++)
            n += snprintf(text + n, cap - (size_t)n, "%s\"%u\":%llu", i ? "," : "", c->rooms[i],
                          (unsigned long long)c->revs[i]);
        n += snprintf(text + n, cap - (size_t)n, "}");
        c->unsynced = c->room_count;
    }
    n += snprintf(text + n, cap - (size_t)n, "}");
    say(c, 1, text, (size_t)n);
    free(text);
    flush(c);
}

static void is_up(Conn *c) {
    u64 now = now_ns();
    note(&connect_time, now - c->began);
    c->state = UP;
    opening--;
    up++;
    connected++;
    if (mode == CONNECT && opt_churn) {
        drop(c);
    }
}

static void upgraded(Conn *c) {
    c->state = GREETING;
    if (dialect == NATIVE) send_hello(c);
    else if (dialect == PLAIN) is_up(c);
}

/* ---- what comes in */

static void delivered(Conn *c, const char *p, size_t length, u64 now) {
    deliveries++;
    delivered_bytes += length;
    c->received++;
    if (!c->sampled && !c->publisher) return;
    const char *mark = memchr(p, '~', length);
    if (!mark || (size_t)(p + length - mark) < 22) {
        stray++;
        return;
    }
    u64 due = unhex(mark + 1, 16);
    if (c->sampled && due >= window_begin && due < window_end) note(&latency, now > due ? now - due : 0);
    if (c->publisher && (int)unhex(mark + 17, 5) == c->index) {
        accepted++;
        if (c->under_way) c->under_way--;
    }
}

static void welcomed(Conn *c, char *p, size_t length) {
    char *end = p + length, *at;
    char after = *end;
    *end = 0;
    if (!epoch[0] && (at = strstr(p, "\"epoch\":\""))) sscanf(at + 9, "%79[^\"]", epoch);
    if (mode == RESUME && !resuming && (at = strstr(p, "\"rooms\":["))) {
        c->room_count = 0;
        while ((at = strstr(at, "\"room\":"))) {
            c->rooms = realloc(c->rooms, sizeof *c->rooms * (c->room_count + 1));
            c->revs = realloc(c->revs, sizeof *c->revs * (c->room_count + 1));
            c->rooms[c->room_count] = (u32)strtoul(at + 7, NULL, 10);
            if (!(at = strstr(at, "\"rev\":"))) break;
            u64 rev = strtoull(at + 6, NULL, 10);
            c->revs[c->room_count++] = rev > (u64)opt_behind ? rev - (u64)opt_behind : 0;
        }
    }
    *end = after;
    if (!resuming || !c->unsynced) is_up(c);
}

static void native_frame(Conn *c, char *p, size_t length, u64 now) {
    if (length < 16) {
        stray++;
        return;
    }
    switch (p[9]) {
        case 'm':
            if (p[11] == 's' && c->state == UP) delivered(c, p, length, now);
            return;
        case 'o': {
            u64 id = strtoull(p + 18, NULL, 10);
            acks++;
            if (c->ring) {
                u64 due = c->ring[id % RING];
                if (due >= window_begin && due < window_end) note(&ack_latency, now - due);
            }
            return;
        }
        case 'w':
            welcomed(c, p, length);
            return;
        case 's':
            if (p[13] != 'e') return;
            syncs++;
            if (c->unsynced && !--c->unsynced && c->state == GREETING) is_up(c);
            return;
        case 'r':
            if (memcmp(p + 9, "reset", 5)) return;
            resets++;
            if (c->unsynced && !--c->unsynced && c->state == GREETING) is_up(c);
            return;
        case 'e': {
            const char *code = memmem(p, length, "\"code\":\"", 8);
            const char *end = code ? memchr(code + 8, '"', (size_t)(p + length - code - 8)) : NULL;
            if (code && end) note_error(code + 8, (size_t)(end - code - 8), p, length);
            refused++;
            if (c->state == UP) {
                if (c->under_way) c->under_way--;
                group_sent[c->group]--;
            }
            return;
        }
        default:
            return;
    }
}

static void socketio_frame(Conn *c, char *p, size_t length, u64 now) {
    if (length >= 2 && p[0] == '4' && p[1] == '2') delivered(c, p, length, now);
    else if (length == 1 && p[0] == '2') say(c, 1, "3", 1), flush(c);
    else if (p[0] == '0') say(c, 1, "40", 2), flush(c);
    else if (length >= 2 && p[0] == '4' && p[1] == '0' && c->state == GREETING) is_up(c);
}

static void take_frame(Conn *c, u8 first, char *p, size_t length, u64 now) {
    switch (first & 15) {
        case 1:
            if (dialect == NATIVE) native_frame(c, p, length, now);
            else if (dialect == PLAIN) delivered(c, p, length, now);
            else socketio_frame(c, p, length, now);
            return;
        case 8:
            if (length >= 2) last_close = (u8)p[0] << 8 | (u8)p[1];
            lost(c, "closed");
            return;
        case 9:
            say(c, 10, p, length);
            flush(c);
            return;
        case 10:
            return;
        default:
            stray++;
    }
}

/* Takes whole frames off the front; answers how much it took.  The common case is many short frames in one read. */
static size_t take_frames(Conn *c, char *data, size_t have, u64 now) {
    size_t at = 0;
    while (c->state >= GREETING && have - at >= 2) {
        const u8 *p = (const u8 *)data + at;
        size_t length = p[1] & 127, head = 2;
        if (p[1] & 128) die("the server masks its frames");
        if (length == 126) {
            if (have - at < 4) break;
            length = (size_t)p[2] << 8 | p[3];
            head = 4;
        } else if (length == 127) {
            if (have - at < 10) break;
            length = (size_t)p[6] << 24 | (size_t)p[7] << 16 | (size_t)p[8] << 8 | p[9];
            head = 10;
        }
        if (have - at < head + length) break;
        take_frame(c, p[0], data + at + head, length, now);
        at += head + length;
    }
    return at;
}

static size_t take_upgrade(Conn *c, char *data, size_t have) {
    char *end = memmem(data, have, "\r\n\r\n", 4);
    if (!end) return 0;
    if (have < 12 || memcmp(data + 9, "101", 3)) {
        note_error("upgrade refused", 15, data, have > 60 ? 60 : have);
        lost(c, "upgrade refused");
        return have;
    }
    upgraded(c);
    return (size_t)(end + 4 - data);
}

static void http_next(Conn *c, u64 due);
static u64 http_backlog_due(void);

static size_t take_http(Conn *c, char *data, size_t have, u64 now) {
    size_t at = 0;
    while (at < have) {
        if (c->body_left > 0) {
            size_t part = have - at < (size_t)c->body_left ? have - at : (size_t)c->body_left;
            at += part;
            c->body_left -= (long)part;
        } else {
            char *end = memmem(data + at, have - at, "\r\n\r\n", 4);
            if (!end) break;
            size_t head = (size_t)(end + 4 - (data + at));
            int status = atoi(data + at + 9);
            char *said = NULL;
            for (char *line = data + at; line < end; line++)
                if (*line == '\n' && !strncasecmp(line + 1, "content-length:", 15)) said = line + 16;
            if (status < 200 || status > 299) {
                http_bad++;
                note_error("status", 6, data + at, have - at);
            }
            if (!said) die("an answer without Content-Length");
            c->body_left = atol(said);
            at += head;
        }
        if (c->body_left == 0 && c->waiting_answer) {
            c->waiting_answer = 0;
            http_answers++;
            if (c->due >= window_begin && c->due < window_end) note(&latency, now - c->due);
            if (sending) {
                u64 due = opt_rate > 0 ? http_backlog_due() : now;
                if (due) http_next(c, due);
            }
        }
    }
    return at;
}

static void readable(Conn *c) {
    if (c->carry_len) memcpy(buffer, c->carry, c->carry_len);
    ssize_t n = recv(c->fd, buffer + c->carry_len, READ_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        lost(c, n ? "reset" : "ended");
        return;
    }
    u64 now = now_ns();
    size_t have = c->carry_len + (size_t)n, at = 0;
    if (mode == HTTP) {
        at = take_http(c, buffer, have, now);
    } else {
        if (c->state == UPGRADING) at = take_upgrade(c, buffer, have);
        if (c->state >= GREETING) at += take_frames(c, buffer + at, have - at, now);
    }
    if (c->state == DOWN) return;
    c->carry_len = (u32)(have - at);
    if (c->carry_len) {
        if (c->carry_len > CARRY_MAX) die("a frame is too long");
        if (c->carry_len > c->carry_cap) {
            c->carry_cap = c->carry_len + 512;
            free(c->carry);
            c->carry = malloc(c->carry_cap);
        }
        memcpy(c->carry, buffer + at, c->carry_len);
    }
    if (c->publisher) refill(c, now);
}

static void connected_or_not(Conn *c) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        errno = error;
        lost(c, "connect");
        return;
    }
    if (mode == HTTP) {
        watch(c, false);
        is_up(c);
    } else {
        send_upgrade(c);
    }
}

static bool input_has_come, input_has_ended;

/* Waits for less than a millisecond, too: looking again and again would count as the generator's work. */
static void wait_for(u64 ns) {
    struct pollfd any = {.fd = epoll_fd, .events = POLLIN};
    struct timespec limit = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    ppoll(&any, 1, &limit, NULL);
}

static void turn(int timeout_ms) {
    static struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll_fd, events, EVENTS, timeout_ms);
    for (int i = 0; i < n; i++) {
        Conn *c = events[i].data.ptr;
        if (!c) {
            char line[64];
            ssize_t got = read(0, line, sizeof line);
            if (got > 0) input_has_come = true;
            else if (got == 0) input_has_ended = true;
            if (input_has_ended) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, 0, NULL);
            continue;
        }
        if (c->state == CONNECTING) {
            if (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) connected_or_not(c);
            continue;
        }
        if (c->state != DOWN && events[i].events & EPOLLOUT) flush(c);
        if (c->state != DOWN && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
    }
    while (opening < opt_at_once && next_to_open < opt_listeners) start_opening(&conns[next_to_open++]);
    while (retry_first && opening < opt_at_once && retry_first->retry_at <= now_ns()) {
        Conn *c = retry_first;
        retry_first = c->next_retry;
        if (!retry_first) retry_last = NULL;
        start_opening(c);
    }
}

static void listen_to_input(void) {
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &e);
}

/* Opens all connections; the seconds it took. */
static double open_all(void) {
    u64 began = now_ns(), goal = connected + (u64)opt_listeners;
    next_to_open = 0;
    while (connected < goal) {
        turn(10);
        if (1e-9 * (double)(now_ns() - began) > opt_patience)
            die("only %llu of %d connections are up after %.0f s; first error: %s", (unsigned long long)connected,
                opt_listeners, opt_patience, first_error);
    }
    return 1e-9 * (double)(now_ns() - began);
}

/* ---- HTTP */

static u64 http_due_next, http_due_step;

static u64 http_backlog_due(void) {
    u64 now = now_ns();
    if (http_due_next > now) return 0;
    u64 due = http_due_next;
    http_due_next += http_due_step;
    return due;
}

static void http_next(Conn *c, u64 due) {
    char path[400], *to = path;
    for (const char *from = opt_path; *from && to < path + sizeof path - 40; from++) {
        if (!strncmp(from, "{room}", 6)) {
            to += sprintf(to, "%u", c->room);
            from += 5;
        } else if (!strncmp(from, "{n}", 3)) {
            to += sprintf(to, "%llu", (unsigned long long)(1 + chance() % opt_range));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    char *p = room_for(c, 1200 + (size_t)opt_size);
    int n;
    if (!strcmp(opt_method, "POST")) {
        char tail[64];
        int t = snprintf(tail, sizeof tail, "\",\"nonce\":\"%s%x-%llx\"}", nonce_prefix, (unsigned)c->index,
                         (unsigned long long)c->sent);
        n = sprintf(p,
                    "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                    "Content-Length: %d\r\n\r\n{\"text\":\"",
                    path, opt_host, opt_port, c->token, 9 + opt_size + t);
        n += (int)write_text(p + n, due, c->index);
        memcpy(p + n, tail, (size_t)t);
        n += t;
    } else {
        n = sprintf(p, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n\r\n", path, opt_host, opt_port,
                    c->token);
    }
    c->out_len += (u32)n;
    c->sent++;
    sent++;
    c->due = due;
    c->waiting_answer = 1;
    flush(c);
}

/* ---- the load */

static struct { u64 at, sent, accepted, acks, deliveries, answers; double self, server; } edge[2];

static void mark_edge(int which) {
    edge[which].at = now_ns();
    edge[which].sent = sent;
    edge[which].accepted = accepted;
    edge[which].acks = acks;
    edge[which].deliveries = deliveries;
    edge[which].answers = http_answers;
    edge[which].self = cpu_of_self();
    edge[which].server = cpu_of_server();
}

static u64 missing(u64 *listeners, u64 *extra) {
    u64 gone = 0;
    *listeners = *extra = 0;
    for (int i = 0; i < opt_listeners; i++) {
        u64 due = dialect == NATIVE ? group_sent[conns[i].group] : sent - refused;
        if (conns[i].received < due) {
            gone += due - conns[i].received;
            ++*listeners;
        } else {
            *extra += conns[i].received - due;
        }
    }
    return gone;
}

static void run_load(void) {
    u64 start = now_ns() + 100000000ull, step = opt_rate > 0 ? (u64)(1e9 / opt_rate) : 0, due = start;
    u64 measure_from = start + (u64)(opt_warm * 1e9), until = measure_from + (u64)(opt_seconds * 1e9);
    bool measuring = false;
    int turn_of = 0;
    double exact = 0;
    window_begin = measure_from;
    window_end = until;
    sending = true;
    if (mode == PIPELINED)
        for (int i = 0; i < opt_publishers; i++) refill(&conns[i], now_ns());
    if (mode == HTTP && !step)
        for (int i = 0; i < opt_listeners; i++) http_next(&conns[i], now_ns());
    http_due_next = start;
    http_due_step = step;
    for (;;) {
        u64 now = now_ns();
        if (!measuring && now >= measure_from) {
            mark_edge(0);
            measuring = true;
        }
        if (measuring && now >= until) break;
        int timeout = 1;
        if (mode == OPEN) {
            int first = turn_of, count = 0;
            while (due <= now) {
                Conn *c = &conns[turn_of];
                if (++turn_of == opt_publishers) turn_of = 0;
                if (c->state == UP) {
                    post(c, due);
                    if (due >= window_begin) note(&lateness, now - due);
                }
                count++;
                exact += 1e9 / opt_rate; /* in floating point: a whole number of ns would drift at high rates */
                due = start + (u64)exact;
            }
            for (int i = 0; i < count && i < opt_publishers; i++) flush(&conns[(first + i) % opt_publishers]);
            timeout = 0;
            if (due > now) wait_for(due - now < 1000000 ? due - now : 1000000);
        } else if (mode == ONE) {
            if (now >= start && deliveries == sent * (u64)opt_listeners) {
                Conn *c = &conns[turn_of];
                if (++turn_of == opt_publishers) turn_of = 0;
                post(c, now);
                flush(c);
            }
        } else if (mode == HTTP && step) {
            for (int i = 0; i < opt_listeners && http_due_next <= now; i++) {
                Conn *c = &conns[(turn_of + i) % opt_listeners];
                if (c->state == UP && !c->waiting_answer) http_next(c, http_backlog_due());
            }
            if (++turn_of == opt_listeners) turn_of = 0;
            timeout = 0;
            if (http_due_next > now) wait_for(http_due_next - now < 1000000 ? http_due_next - now : 1000000);
        }
        turn(timeout);
        if (broken && up == 0) break;
    }
    sending = false;
    if (!measuring) mark_edge(0);
    mark_edge(1);
}

static bool unfinished;

/* Waits for what is still on its way: as long as something comes, and --drain seconds more, but --drain-most in all. */
static void drain(void) {
    u64 now = now_ns(), until = now + (u64)(opt_drain_most * 1e9), moved = now, had = deliveries, listeners, extra;
    if (mode == HTTP) {
        for (int waiting = 1; waiting && now_ns() < until; turn(1)) {
            waiting = 0;
            for (int i = 0; i < opt_listeners; i++) waiting += conns[i].state == UP && conns[i].waiting_answer;
        }
        return;
    }
    while (missing(&listeners, &extra) && now < until && now - moved < (u64)(opt_drain * 1e9)) {
        turn(5);
        now = now_ns();
        if (deliveries != had) {
            had = deliveries;
            moved = now;
        }
    }
    unfinished = now >= until;
}

static void print_errors(void) {
    printf(",\"errors\":{");
    bool any = false;
    for (int i = 0; i < MAX_CODES && codes[i].count; i++, any = true)
        printf("%s\"%s\":%llu", any ? "," : "", codes[i].code, (unsigned long long)codes[i].count);
    printf("},\"refused\":%llu,\"broken\":%llu,\"retries\":%llu,\"stray\":%llu,\"close_code\":%d",
           (unsigned long long)refused, (unsigned long long)broken, (unsigned long long)retries,
           (unsigned long long)stray, last_close);
    if (first_error[0]) printf(",\"first_error\":\"%s\"", first_error);
}

static void report_load(double opened) {
    double s = 1e-9 * (double)(edge[1].at - edge[0].at), cpu = edge[1].server - edge[0].server;
    u64 short_listeners = 0, extra = 0, gone = mode == HTTP ? 0 : missing(&short_listeners, &extra);
    u64 d = edge[1].deliveries - edge[0].deliveries;
    printf("{\"seconds\":%.3f,\"opened_in\":%.3f,\"listeners\":%d,\"publishers\":%d,\"size\":%d", s, opened,
           opt_listeners, opt_publishers, opt_size);
    printf(",\"messages\":%.1f,\"sent\":%.1f,\"deliveries\":%.1f,\"acks\":%.1f,\"answers\":%.1f",
           (double)(edge[1].accepted - edge[0].accepted) / s, (double)(edge[1].sent - edge[0].sent) / s, (double)d / s,
           (double)(edge[1].acks - edge[0].acks) / s, (double)(edge[1].answers - edge[0].answers) / s);
    printf(",\"generator_cpu\":%.3f,\"server_cpu\":%.4f", (edge[1].self - edge[0].self) / s, cpu / s);
    printf(",\"cpu_us_per_delivery\":%.4f", d ? 1e6 * cpu / (double)d : 0);
    printf(",\"unfinished\":%s", unfinished ? "true" : "false");
    printf(",\"complete\":%s,\"missing\":%llu,\"short_listeners\":%llu,\"extra\":%llu",
           gone || extra || broken ? "false" : "true", (unsigned long long)gone, (unsigned long long)short_listeners,
           (unsigned long long)extra);
    printf(",\"sampled\":%d,\"frame_bytes\":%.0f", opt_sample, deliveries ? (double)delivered_bytes / (double)deliveries : 0);
    print_histogram("latency_ms", &latency);
    print_histogram("ack_ms", &ack_latency);
    if (mode == OPEN) print_histogram("lateness_ms", &lateness);
    if (mode == HTTP) printf(",\"bad_answers\":%llu", (unsigned long long)http_bad);
    print_errors();
    puts("}");
}

static void report_opening(const char *what, double seconds, double cpu, double self) {
    printf("{\"event\":\"%s\",\"connections\":%d,\"seconds\":%.4f,\"per_second\":%.1f,\"server_cpu\":%.4f", what,
           opt_listeners, seconds, opt_listeners / seconds, cpu / seconds);
    printf(",\"generator_cpu\":%.3f,\"synced\":%llu,\"reset\":%llu", self / seconds, (unsigned long long)syncs,
           (unsigned long long)resets);
    print_histogram("connect_ms", &connect_time);
    print_errors();
    puts("}");
    fflush(stdout);
}

static void hold_until_input(bool lines_too) {
    while (!input_has_ended && !(lines_too && input_has_come)) turn(50);
    input_has_come = false;
}

static void run_connecting(void) {
    double cpu = cpu_of_server(), self = cpu_of_self(), seconds = open_all();
    report_opening("up", seconds, cpu_of_server() - cpu, cpu_of_self() - self);
    if (mode == IDLE) {
        hold_until_input(false);
        printf("{\"event\":\"left\",\"broken\":%llu}\n", (unsigned long long)broken);
    }
    if (mode == RESUME) {
        if (opt_wait) hold_until_input(true);
        else for (u64 until = now_ns() + 300000000ull; now_ns() < until;) turn(10);
        for (int i = 0; i < opt_listeners; i++) drop(&conns[i]);
        resuming = true;
        syncs = resets = retries = 0;
        memset(&connect_time, 0, sizeof connect_time);
        opt_at_once = opt_listeners;
        cpu = cpu_of_server();
        self = cpu_of_self();
        seconds = open_all();
        report_opening("resumed", seconds, cpu_of_server() - cpu, cpu_of_self() - self);
    }
}

/* ---- beginning */

static void read_tokens(void) {
    FILE *file = opt_tokens ? fopen(opt_tokens, "r") : NULL;
    if (!file) {
        if (dialect == NATIVE || mode == HTTP) die("--tokens names no file that can be read");
        groups = 1;
        group_sent = calloc(1, sizeof *group_sent);
        return;
    }
    char token[200];
    u32 room;
    group_rooms = calloc((size_t)opt_listeners, sizeof *group_rooms);
    group_sent = calloc((size_t)opt_listeners, sizeof *group_sent);
    for (int i = 0; i < opt_listeners; i++) {
        if (fscanf(file, "%199s %u", token, &room) != 2) die("%s holds fewer than %d tokens", opt_tokens, opt_listeners);
        int group = groups && group_rooms[groups - 1] == room ? groups - 1 : 0;
        while (group < groups && group_rooms[group] != room) group++;
        if (group == groups) group_rooms[groups++] = room;
        conns[i].token = strdup(token);
        conns[i].room = room;
        conns[i].group = (u32)group;
    }
    fclose(file);
}

static void set_option(const char *name, const char *value) {
    static const struct { const char *name; int *number; double *real; const char **text; } table[] = {
        {"host", NULL, NULL, &opt_host}, {"path", NULL, NULL, &opt_path}, {"tokens", NULL, NULL, &opt_tokens},
        {"subprotocol", NULL, NULL, &opt_subprotocol}, {"pids", NULL, NULL, &opt_pids},
        {"method", NULL, NULL, &opt_method}, {"port", &opt_port, NULL, NULL}, {"listeners", &opt_listeners, NULL, NULL},
        {"publishers", &opt_publishers, NULL, NULL}, {"outstanding", &opt_outstanding, NULL, NULL},
        {"at-once", &opt_at_once, NULL, NULL}, {"size", &opt_size, NULL, NULL}, {"sample", &opt_sample, NULL, NULL},
        {"sources", &opt_sources, NULL, NULL}, {"churn", &opt_churn, NULL, NULL}, {"wait", &opt_wait, NULL, NULL},
        {"behind", &opt_behind, NULL, NULL}, {"rate", NULL, &opt_rate, NULL}, {"seconds", NULL, &opt_seconds, NULL},
        {"warm", NULL, &opt_warm, NULL}, {"drain", NULL, &opt_drain, NULL}, {"drain-most", NULL, &opt_drain_most, NULL},
         {"patience", NULL, &opt_patience, NULL},
    };
    if (!strcmp(name, "range")) {
        opt_range = strtoull(value, NULL, 10);
        return;
    }
    if (!strcmp(name, "dialect")) {
        dialect = !strcmp(value, "native") ? NATIVE : !strcmp(value, "socketio") ? SOCKETIO : PLAIN;
        return;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name)) continue;
        if (table[i].number) *table[i].number = atoi(value);
        else if (table[i].real) *table[i].real = atof(value);
        else *table[i].text = value;
        return;
    }
    die("there is no option --%s", name);
}

int main(int argc, char **argv) {
    static const char *modes[] = {"pipelined", "one", "open", "connect", "idle", "resume", "http"};
    int found = -1;
    for (int i = 0; argc > 1 && i < 7; i++)
        if (!strcmp(argv[1], modes[i])) found = i;
    if (found < 0) die("say which mode: pipelined, one, open, connect, idle, resume or http");
    mode = (enum mode)found;
    for (int i = 2; i < argc; i += 2) {
        if (strncmp(argv[i], "--", 2) || i + 1 == argc) die("options are --name value");
        set_option(argv[i] + 2, argv[i + 1]);
    }
    if (!opt_port) die("say which --port");
    if (opt_size < 32 || opt_size > 60000) die("--size must be 32 to 60000");
    if (opt_publishers > opt_listeners) opt_publishers = opt_listeners;
    if (opt_outstanding < opt_publishers) opt_publishers = opt_outstanding;
    if (opt_sample > opt_listeners) opt_sample = opt_listeners;
    if (mode == OPEN && opt_rate <= 0) die("open needs a --rate");
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < (rlim_t)opt_listeners + 20) die("ulimit -n allows %lu files only", (unsigned long)files.rlim_cur);
    for (size_t i = 0; i < sizeof filler; i++) filler[i] = "the quick brown fox jumps over the lazy dog "[i % 44];
    snprintf(nonce_prefix, sizeof nonce_prefix, "%llx.", (unsigned long long)(now_ns() / 1000000 & 0xffffffff));
    buffer = malloc(CARRY_MAX + READ_SIZE + 64);
    conns = calloc((size_t)opt_listeners, sizeof *conns);
    epoll_fd = epoll_create1(0);
    read_tokens();
    for (int i = 0; i < opt_listeners; i++) {
        conns[i].index = i;
        conns[i].publisher = i < opt_publishers;
        conns[i].sampled = opt_sample > 0 && (u64)i * (u64)opt_sample % (u64)opt_listeners < (u64)opt_sample;
        if (conns[i].publisher && dialect == NATIVE) conns[i].ring = calloc(RING, sizeof(u64));
    }
    if (mode == CONNECT || mode == IDLE || mode == RESUME) {
        if (mode != CONNECT) listen_to_input();
        run_connecting();
    } else {
        double opened = open_all();
        for (u64 until = now_ns() + 200000000ull; now_ns() < until;) turn(10);
        run_load();
        drain();
        report_load(opened);
    }
    fflush(stdout);
    leaving = true;
    for (int i = 0; i < opt_listeners; i++) drop(&conns[i]);
    return 0;
}
