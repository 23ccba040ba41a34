/*
 * Asks a proxy and checks every answer: status, model, count of pieces, [DONE]. One process with one thread.
 * Usage: load KEY=VALUE...
 *   port=N path=/v1/... body=FILE header="name: value" (any number)
 *   mode=plain|stream|idle    idle opens all streams, prints "open" and holds them until its stdin ends
 *   connections=N ramp_ms=N   how many at once, opened over how long
 *   rate=N                    requests a second at fixed times; 0 is each as soon as the one before has ended
 *   seconds=S requests=N      begins no request after that
 *   model=NAME                what each answer has to name
 *   count=N                   pieces of a stream, or vectors of embeddings
 *   abort_after=N             leaves each stream after N pieces and prints "abort STREAM NANOSECONDS"
 *   faults=1                  the box breaks each answer: what is checked is that the error is told
 * Prints one line of JSON; times in microseconds. Latencies at a rate count from when the request was due.
 */
#include "http1.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 65536, OPENING = 200 };
typedef enum { PLAIN, STREAM, IDLE } Mode;
typedef enum { BAD_CONNECTION, BAD_STATUS, BAD_MODEL, BAD_COUNT, BAD_END, BAD_KINDS } Problem;
static const char *problem_names[] = {"connection", "status", "model", "count", "end"};

typedef struct {
  uint64_t *values;
  size_t count, capacity;
} Samples;

typedef struct {
  int fd, is_busy;
  uint64_t asked_at, first_at;
  unsigned pieces, stream;
  int is_done, has_error, is_bad;
  size_t sent, read;
  Message answer;
} Connection;

static struct {
  int port, connections, abort_after, has_faults;
  Mode mode;
  double rate, seconds, ramp_ms;
  long requests, count;
  const char *path, *model, *body_file;
  Buffer headers;
} options = {.connections = 1, .seconds = 1e9, .requests = -1, .path = "/v1/chat/completions", .model = ""};

static Samples latencies, firsts, pieces;
static unsigned long problems[BAD_KINDS], finished, aborted, begun, seen_pieces, open_streams, told_faults;
static Buffer request;
static Connection *connections;
static char model_mark[160];
static int epoll_fd;
static uint64_t started_at, last_end;

static void add_sample(Samples *samples, uint64_t value) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity ? samples->capacity * 2 : 4096;
    samples->values = realloc(samples->values, samples->capacity * sizeof *samples->values);
    if (!samples->values) abort();
  }
  samples->values[samples->count++] = value;
}

static void note_problem(Connection *connection, Problem problem) {
  if (connection->is_bad) return;
  connection->is_bad = 1;
  if (problems[problem]++ || getenv("BENCH_QUIET")) return;
  Message *answer = &connection->answer;
  fprintf(stderr, "first bad %s: %.*s%.*s\n", problem_names[problem], (int)answer->head.length,
          answer->head.data ? answer->head.data : "", (int)(answer->body.length > 600 ? 600 : answer->body.length),
          answer->body.data ? answer->body.data : "");
}

static void disconnect(Connection *connection) {
  if (connection->fd < 0) return;
  close(connection->fd);
  connection->fd = -1;
  connection->answer.input.length = 0;
}

static int connect_now(Connection *connection) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connection->fd < 0) return 0;
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
    disconnect(connection);
    return 0;
  }
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd, &event);
  return 1;
}

static void send_rest(Connection *connection) {
  while (connection->sent < request.length) {
    ssize_t size =
        send(connection->fd, request.data + connection->sent, request.length - connection->sent, MSG_NOSIGNAL);
    /* A server may refuse and close before it has read all: what it said is read first. */
    if (size <= 0) return;
    connection->sent += (size_t)size;
  }
}

static void end_request(Connection *connection) {
  connection->is_busy = 0;
  last_end = now_ns();
  if (connection->answer.closes || connection->answer.stage != COMPLETE) disconnect(connection);
}

static void fail_request(Connection *connection, Problem problem) {
  note_problem(connection, problem);
  connection->answer.stage = BROKEN;
  end_request(connection);
}

static void begin_request(Connection *connection, uint64_t due) {
  begun++;
  message_reset(&connection->answer);
  connection->answer.is_answer = 1;
  connection->is_busy = 1;
  connection->asked_at = due;
  connection->first_at = 0;
  connection->pieces = connection->stream = 0;
  connection->is_done = connection->has_error = connection->is_bad = 0;
  connection->sent = connection->read = 0;
  if (connection->fd < 0 && !connect_now(connection)) {
    fail_request(connection, BAD_CONNECTION);
    return;
  }
  send_rest(connection);
}

static int status_of(const Message *answer) {
  return answer->head.length > 12 ? atoi(answer->head.data + 9) : 0;
}

static int holds(const char *text, size_t length, const char *wanted) {
  return length && memmem(text, length, wanted, strlen(wanted)) != NULL;
}

static long count_of(const Buffer *body, const char *wanted) {
  long count = 0;
  size_t length = strlen(wanted);
  const char *at = body->data, *end = at + body->length;
  while (at < end && (at = memmem(at, (size_t)(end - at), wanted, length))) count++, at += length;
  return count;
}

static void check_plain(Connection *connection) {
  Buffer *body = &connection->answer.body;
  if (options.has_faults) {
    if (status_of(&connection->answer) < 400 || !holds(body->data, body->length, "\"error\"")) note_problem(connection, BAD_END);
    else told_faults++;
  } else if (status_of(&connection->answer) != 200) note_problem(connection, BAD_STATUS);
  else if (!holds(body->data, body->length, model_mark)) note_problem(connection, BAD_MODEL);
  else if (options.count && count_of(body, "\"object\":\"embedding\"") != options.count) note_problem(connection, BAD_COUNT);
  else if (!options.count && !holds(body->data, body->length, "A good one is not noticed.")) note_problem(connection, BAD_COUNT);
  else if (body->data[body->length - 1] != '}') note_problem(connection, BAD_END);
}

static void check_stream(Connection *connection) {
  if (status_of(&connection->answer) >= 400) {
    check_plain(connection);
    return;
  }
  if (options.has_faults) {
    if (connection->has_error && !connection->is_done) told_faults++;
    else note_problem(connection, BAD_END);
  } else if (connection->has_error || !connection->is_done) note_problem(connection, BAD_END);
  else if ((long)connection->pieces != options.count) note_problem(connection, BAD_COUNT);
}

static void read_piece(Connection *connection, const char *at, uint64_t now) {
  char *end;
  uint64_t written_at = strtoull(at, &end, 10);
  if (*end == 'i') connection->stream = (unsigned)strtoul(end + 1, NULL, 10);
  if (!connection->pieces++) {
    connection->first_at = now;
    add_sample(&firsts, now - connection->asked_at);
    if (options.mode == IDLE) open_streams++;
  }
  seen_pieces++;
  add_sample(&pieces, now > written_at ? now - written_at : 0);
}

static void read_frame(Connection *connection, const char *frame, size_t length, uint64_t now) {
  static const char mark[] = "\"content\":\"t";
  if (length < 6 || strncmp(frame, "data: ", 6)) return;
  if (length >= 12 && !strncmp(frame + 6, "[DONE]", 6)) {
    connection->is_done = 1;
    return;
  }
  if (holds(frame, length, "\"error\"")) {
    connection->has_error = 1;
    return;
  }
  if (!holds(frame, length, model_mark)) note_problem(connection, BAD_MODEL);
  const char *piece = memmem(frame, length, mark, sizeof mark - 1);
  if (piece) read_piece(connection, piece + sizeof mark - 1, now);
}

static void read_frames(Connection *connection, uint64_t now) {
  Buffer *body = &connection->answer.body;
  char *end;
  while (connection->read < body->length &&
         (end = memmem(body->data + connection->read, body->length - connection->read, "\n\n", 2))) {
    read_frame(connection, body->data + connection->read, (size_t)(end - body->data) - connection->read, now);
    connection->read = (size_t)(end - body->data) + 2;
  }
  if (status_of(&connection->answer) >= 400) return;
  if (connection->read) buffer_drop(body, connection->read);
  connection->read = 0;
  if (!body->length) buffer_clear(body);
}

static void leave_stream(Connection *connection) {
  printf("abort %u %llu\n", connection->stream, (unsigned long long)now_ns());
  aborted++;
  connection->answer.stage = BROKEN;
  end_request(connection);
}

static void complete(Connection *connection) {
  if (options.mode == PLAIN) check_plain(connection);
  else check_stream(connection);
  finished++;
  add_sample(&latencies, now_ns() - connection->asked_at);
  end_request(connection);
}

static void read_answer(Connection *connection) {
  Message *answer = &connection->answer;
  for (;;) {
    buffer_reserve(&answer->input, READ_SIZE);
    ssize_t size = recv(connection->fd, answer->input.data + answer->input.length, READ_SIZE, 0);
    if (size < 0 && errno == EAGAIN) break;
    if (!connection->is_busy) {
      /* The server closed a connection that was not in use. */
      disconnect(connection);
      return;
    }
    if (size <= 0) {
      if (answer->stage == UNTIL_CLOSE) {
        answer->closes = 1;
        complete(connection);
      } else fail_request(connection, BAD_CONNECTION);
      return;
    }
    answer->input.length += (size_t)size;
    message_read(answer);
    if (options.mode != PLAIN) read_frames(connection, now_ns());
    if (options.abort_after && connection->pieces >= (unsigned)options.abort_after) {
      leave_stream(connection);
      return;
    }
    if (answer->stage == COMPLETE) {
      complete(connection);
      return;
    }
  }
  if (!answer->input.length) buffer_clear(&answer->input);
}

static int may_begin(uint64_t now) {
  if (options.requests >= 0 && (long)begun >= options.requests) return 0;
  return (double)(now - started_at) < options.seconds * 1e9;
}

/* At a rate: each request that is due goes to a free connection; without one it is late, and its latency tells it. */
static void begin_due(uint64_t now) {
  int index = 0;
  while (may_begin(now)) {
    uint64_t due = started_at + (uint64_t)((double)begun * 1e9 / options.rate);
    if (due > now) return;
    while (index < options.connections && connections[index].is_busy) index++;
    if (index == options.connections) return;
    begin_request(&connections[index], due);
  }
}

/* A millisecond, or less when a request is due before. */
static struct timespec until_due(uint64_t now) {
  struct timespec wait = {.tv_nsec = 1000000};
  if (options.rate <= 0) return wait;
  uint64_t due = started_at + (uint64_t)((double)begun * 1e9 / options.rate);
  if (due <= now) wait.tv_nsec = 0;
  else if (due - now < 1000000) wait.tv_nsec = (long)(due - now);
  return wait;
}

/* Without a rate: each connection whose time in the ramp has come is kept busy. */
static void begin_free(uint64_t now) {
  double share = options.ramp_ms > 0 ? (double)(now - started_at) / 1e6 / options.ramp_ms : 1;
  int reached = share >= 1 ? options.connections : (int)(share * options.connections) + 1;
  for (int index = 0; index < reached && may_begin(now); index++)
    /* More at once than a listener queues would only be dropped and tried again. */
    if (options.mode == IDLE && begun >= open_streams + problems[BAD_CONNECTION] + OPENING) break;
    else if (!connections[index].is_busy) begin_request(&connections[index], now_ns());
}

static int busy_count(void) {
  int busy = 0;
  for (int index = 0; index < options.connections; index++) busy += connections[index].is_busy;
  return busy;
}

static int compare(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return a < b ? -1 : a > b;
}

static double at_share(const Samples *samples, double share) {
  if (!samples->count) return 0;
  size_t index = (size_t)(share * (double)(samples->count - 1) + 0.5);
  return (double)samples->values[index] / 1e3;
}

static void print_samples(const char *name, Samples *samples) {
  qsort(samples->values, samples->count, sizeof *samples->values, compare);
  printf(",\"%s\":{\"count\":%zu,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, samples->count,
         at_share(samples, 0.5), at_share(samples, 0.99), at_share(samples, 1));
}

static void print_result(void) {
  unsigned long wrong = 0;
  for (int kind = 0; kind < BAD_KINDS; kind++) wrong += problems[kind];
  printf("{\"requests\":%lu,\"finished\":%lu,\"aborted\":%lu,\"faults\":%lu,\"pieces\":%lu,\"wrong\":%lu,\"elapsed\":%.1f",
         begun, finished, aborted, told_faults, seen_pieces, wrong, (double)(last_end - started_at) / 1e3);
  printf(",\"problems\":{");
  for (int kind = 0; kind < BAD_KINDS; kind++)
    printf("%s\"%s\":%lu", kind ? "," : "", problem_names[kind], problems[kind]);
  printf("}");
  print_samples("latency", &latencies);
  print_samples("first", &firsts);
  print_samples("piece", &pieces);
  printf("}\n");
}

static void read_option(char *argument) {
  char *value = strchr(argument, '=');
  if (!value) return;
  *value++ = 0;
  if (!strcmp(argument, "port")) options.port = atoi(value);
  else if (!strcmp(argument, "path")) options.path = value;
  else if (!strcmp(argument, "body")) options.body_file = value;
  else if (!strcmp(argument, "mode")) options.mode = !strcmp(value, "plain") ? PLAIN : !strcmp(value, "idle") ? IDLE : STREAM;
  else if (!strcmp(argument, "connections")) options.connections = atoi(value);
  else if (!strcmp(argument, "ramp_ms")) options.ramp_ms = atof(value);
  else if (!strcmp(argument, "rate")) options.rate = atof(value);
  else if (!strcmp(argument, "seconds")) options.seconds = atof(value);
  else if (!strcmp(argument, "requests")) options.requests = atol(value);
  else if (!strcmp(argument, "model")) options.model = value;
  else if (!strcmp(argument, "count")) options.count = atol(value);
  else if (!strcmp(argument, "abort_after")) options.abort_after = atoi(value);
  else if (!strcmp(argument, "faults")) options.has_faults = atoi(value);
  else if (!strcmp(argument, "header")) {
    buffer_append(&options.headers, value, strlen(value));
    buffer_append(&options.headers, "\r\n", 2);
  } else {
    fprintf(stderr, "load: no option %s\n", argument);
    exit(2);
  }
}

static void make_request(void) {
  FILE *file = options.body_file ? fopen(options.body_file, "rb") : NULL;
  if (!file) {
    perror("load: body");
    exit(2);
  }
  struct stat facts;
  fstat(fileno(file), &facts);
  char head[512];
  int length = snprintf(head, sizeof head,
                        "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n",
                        options.path, options.port, (size_t)facts.st_size);
  buffer_append(&request, head, (size_t)length);
  if (options.headers.length) buffer_append(&request, options.headers.data, options.headers.length);
  buffer_append(&request, "\r\n", 2);
  buffer_reserve(&request, (size_t)facts.st_size);
  request.length += fread(request.data + request.length, 1, (size_t)facts.st_size, file);
  fclose(file);
}

/* Holds all streams until nobody reads any more from whoever started this. */
static int is_told_to_end(void) {
  char byte;
  ssize_t size = read(0, &byte, 1);
  return size >= 0 || errno != EAGAIN;
}

static int is_over(int *has_told_open) {
  if (options.mode != IDLE) return !may_begin(now_ns()) && !busy_count();
  if (!*has_told_open && (int)open_streams >= options.connections) {
    *has_told_open = 1;
    printf("open\n");
    fflush(stdout);
  }
  return is_told_to_end();
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  for (int index = 1; index < count; index++) read_option(arguments[index]);
  snprintf(model_mark, sizeof model_mark, "\"model\":\"%s\"", options.model);
  make_request();
  if (options.mode == IDLE) fcntl(0, F_SETFL, O_NONBLOCK);
  connections = calloc((size_t)options.connections, sizeof *connections);
  for (int index = 0; index < options.connections; index++) connections[index].fd = -1;
  epoll_fd = epoll_create1(0);
  struct epoll_event events[512];
  started_at = last_end = now_ns();
  int has_told_open = 0;
  do {
    uint64_t now = now_ns();
    if (options.rate > 0) begin_due(now);
    else begin_free(now);
    struct timespec wait = until_due(now_ns());
    int ready = epoll_pwait2(epoll_fd, events, 512, &wait, NULL);
    for (int index = 0; index < ready; index++) {
      Connection *connection = events[index].data.ptr;
      if (connection->fd < 0) continue;
      if (connection->is_busy && events[index].events & EPOLLOUT) send_rest(connection);
      if (connection->fd >= 0) read_answer(connection);
      /* At once, so that the ramp's look over all connections is not what a busy one waits for. */
      if (!options.rate && !connection->is_busy && may_begin(now_ns())) begin_request(connection, now_ns());
    }
  } while (!is_over(&has_told_open));
  print_result();
  return 0;
}
