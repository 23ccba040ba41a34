/*
 * A box that costs next to nothing: answers like LM Studio, in one process with one thread.
 * What it does is in the model's name, which every proxy passes on:
 *   local/plain            a whole answer (embeddings for /v1/embeddings)
 *   local/stream-N-MS      N pieces of text, one each MS milliseconds; 0 is as fast as the socket takes them
 *   local/idle             one piece, then silence until the client leaves
 *   local/fault            in turns: status 500, a connection cut before the answer, a stream cut in its middle
 * Usage: backend PORT MODEL... Its lists name the models. Prints "abort STREAM NANOSECONDS" for each stream that the other side left.
 */
#include "http1.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { SLOTS = 8192, READ_SIZE = 65536 };

typedef struct Connection {
  int fd, is_streaming, wants_write, is_cut;
  unsigned pieces_left, interval_ms, stream;
  char model[96];
  Message request;
  Buffer output;
  struct Connection *next, *previous, **slot; /* in the wheel while it waits for its next piece */
} Connection;

static Connection *wheel[SLOTS];
static unsigned now_slot, stream_count, fault_count;
static int epoll_fd;
static char *embeddings;
static size_t embeddings_length;
static char **model_names;
static int model_count;

static void leave_wheel(Connection *connection) {
  if (!connection->slot) return;
  if (connection->previous) connection->previous->next = connection->next;
  else *connection->slot = connection->next;
  if (connection->next) connection->next->previous = connection->previous;
  connection->slot = NULL;
}

static void enter_wheel(Connection *connection) {
  Connection **slot = &wheel[(now_slot + connection->interval_ms) % SLOTS];
  connection->previous = NULL;
  connection->next = *slot;
  if (*slot) (*slot)->previous = connection;
  *slot = connection;
  connection->slot = slot;
}

static void end_connection(Connection *connection) {
  if (connection->is_streaming && !connection->is_cut) {
    printf("abort %u %llu\n", connection->stream, (unsigned long long)now_ns());
    fflush(stdout);
  }
  leave_wheel(connection);
  close(connection->fd);
  message_free(&connection->request);
  buffer_free(&connection->output);
  free(connection);
}

static void watch(Connection *connection, int wants_write) {
  if (connection->wants_write == wants_write) return;
  connection->wants_write = wants_write;
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | (wants_write ? EPOLLOUT : 0), .data.ptr = connection};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

/* 0 when the connection is of no use any more. */
static int flush_output(Connection *connection) {
  Buffer *output = &connection->output;
  size_t sent = 0;
  while (sent < output->length) {
    ssize_t size = send(connection->fd, output->data + sent, output->length - sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) return 0;
    sent += (size_t)size;
  }
  if (sent == output->length) buffer_clear(output);
  else if (sent) buffer_drop(output, sent);
  watch(connection, output->length > 0);
  return 1;
}

static void put_answer(Connection *connection, int status, const char *body, size_t length) {
  char head[160];
  int size = snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n",
                      status, status == 200 ? "OK" : "Error", length);
  buffer_append(&connection->output, head, (size_t)size);
  buffer_append(&connection->output, body, length);
}

static void put_frame(Connection *connection, const char *data, int length) {
  char head[16];
  int size = snprintf(head, sizeof head, "%x\r\n", length + 8);
  buffer_append(&connection->output, head, (size_t)size);
  buffer_append(&connection->output, "data: ", 6);
  buffer_append(&connection->output, data, (size_t)length);
  buffer_append(&connection->output, "\n\n\r\n", 4);
}

/* The piece tells when it was written, so that whoever reads it knows how long it was on its way. */
static void put_piece(Connection *connection, int is_last) {
  char data[640], delta[96];
  if (is_last) strcpy(delta, "{}");
  else
    snprintf(delta, sizeof delta, "{\"role\":\"assistant\",\"content\":\"t%llui%u \"}", (unsigned long long)now_ns(),
             connection->stream);
  int length = snprintf(data, sizeof data,
                        "{\"id\":\"chatcmpl-um3b5q\",\"object\":\"chat.completion.chunk\",\"created\":1747835957,"
                        "\"model\":\"%s\",\"system_fingerprint\":\"%s\",\"choices\":[{\"index\":0,\"delta\":%s,"
                        "\"logprobs\":null,\"finish_reason\":%s}]}",
                        connection->model, connection->model, delta, is_last ? "\"stop\"" : "null");
  put_frame(connection, data, length);
}

/*
 * At full speed several pieces leave in one write: the kernel counts a small write as much more than its bytes, and
 * where that fills a reader's buffer, segments are dropped and the stream waits for them to be sent again.
 */
enum { PIECES_A_WRITE = 8 };

static int put_next_piece(Connection *connection) {
  if (connection->pieces_left) {
    connection->pieces_left--;
    put_piece(connection, 0);
    for (int more = 1; more < PIECES_A_WRITE && !connection->interval_ms && connection->pieces_left; more++) {
      connection->pieces_left--;
      put_piece(connection, 0);
    }
    if (connection->pieces_left || !connection->is_cut) return flush_output(connection);
    flush_output(connection);
    return 0;
  }
  put_piece(connection, 1);
  put_frame(connection, "[DONE]", 6);
  buffer_append(&connection->output, "0\r\n\r\n", 5);
  connection->is_streaming = 0;
  return flush_output(connection);
}

/* Goes on until the stream waits or the socket is full; at a pace each piece is a write of its own, as a box does it. */
static int advance_stream(Connection *connection) {
  while (connection->is_streaming && !connection->output.length) {
    if (!put_next_piece(connection)) return 0;
    if (!connection->is_streaming) break;
    if (connection->interval_ms) {
      enter_wheel(connection);
      break;
    }
  }
  return 1;
}

static int begin_stream(Connection *connection, unsigned pieces, unsigned interval_ms) {
  static const char head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
                             "transfer-encoding: chunked\r\n\r\n";
  connection->is_streaming = 1;
  connection->stream = ++stream_count;
  connection->pieces_left = pieces;
  connection->interval_ms = interval_ms;
  buffer_append(&connection->output, head, sizeof head - 1);
  return flush_output(connection) && advance_stream(connection);
}

static int answer_chat(Connection *connection) {
  char body[1024];
  int length = snprintf(body, sizeof body,
                        "{\"id\":\"chatcmpl-um3b5q\",\"object\":\"chat.completion\",\"created\":1747835957,\"model\":\"%s\","
                        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"A proxy stands between "
                        "those who ask and those who answer. It takes each request, knows which box may serve it, passes "
                        "it on, and brings the words back as they come. A good one is not noticed.\",\"tool_calls\":[]},"
                        "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":24,"
                        "\"completion_tokens\":48,\"total_tokens\":72},\"stats\":{},\"system_fingerprint\":\"%s\"}",
                        connection->model, connection->model);
  put_answer(connection, 200, body, (size_t)length);
  return flush_output(connection);
}

static int answer_embeddings(Connection *connection) {
  char tail[200];
  int length = snprintf(tail, sizeof tail, "],\"model\":\"%s\",\"usage\":{\"prompt_tokens\":0,\"total_tokens\":0}}",
                        connection->model);
  size_t whole = embeddings_length + (size_t)length;
  char *body = malloc(whole);
  memcpy(body, embeddings, embeddings_length);
  memcpy(body + embeddings_length, tail, (size_t)length);
  put_answer(connection, 200, body, whole);
  free(body);
  return flush_output(connection);
}

static int answer_fault(Connection *connection, int wants_stream) {
  static const char error[] = "{\"error\":\"The model has crashed without additional information.\"}";
  if (fault_count++ % 3 == 0) {
    put_answer(connection, 500, error, sizeof error - 1);
    return flush_output(connection);
  }
  if (!wants_stream) return 0;
  connection->is_cut = 1;
  return begin_stream(connection, 3, 5);
}

/* As LM Studio's three lists do; the newest tells which models are loaded. */
static int answer_models(Connection *connection, int is_newest) {
  Buffer list = {0};
  char entry[512];
  int size = snprintf(entry, sizeof entry, is_newest ? "{\"models\":[" : "{\"object\":\"list\",\"data\":[");
  buffer_append(&list, entry, (size_t)size);
  for (int index = 0; index < model_count; index++) {
    const char *comma = index ? "," : "", *model = model_names[index];
    if (is_newest)
      size = snprintf(entry, sizeof entry,
                      "%s{\"type\":\"%s\",\"publisher\":\"bench\",\"key\":\"%s\",\"display_name\":\"%s\","
                      "\"loaded_instances\":[{\"id\":\"%s\",\"config\":{\"context_length\":1000000,\"parallel\":4}}],"
                      "\"max_context_length\":1000000}",
                      comma, strstr(model, "embed") ? "embedding" : "llm", model, model, model);
    else
      size = snprintf(entry, sizeof entry, "%s{\"id\":\"%s\",\"object\":\"model\",\"owned_by\":\"bench\"}", comma, model);
    buffer_append(&list, entry, (size_t)size);
  }
  buffer_append(&list, "]}", 2);
  put_answer(connection, 200, list.data, list.length);
  buffer_free(&list);
  return flush_output(connection);
}

static void read_model(Connection *connection) {
  Buffer *body = &connection->request.body;
  static const char mark[] = "\"model\":";
  char *at = body->length ? memmem(body->data, body->length, mark, sizeof mark - 1) : NULL;
  connection->model[0] = 0;
  if (!at) return;
  at += sizeof mark - 1;
  char *end = body->data + body->length;
  while (at < end && *at != '"') at++;
  size_t length = 0;
  for (at++; at < end && *at != '"' && length < sizeof connection->model - 1; at++) connection->model[length++] = *at;
  connection->model[length] = 0;
}

static int answer(Connection *connection) {
  unsigned pieces, interval_ms;
  Message *request = &connection->request;
  size_t line = line_length(request->head.data, request->head.length);
  int is_list = memmem(request->head.data, line, "/models", 7) != NULL;
  int is_newest = memmem(request->head.data, line, "/api/v1/models", 14) != NULL;
  int is_embeddings = memmem(request->head.data, line, "/embeddings", 11) != NULL;
  int is_get = !strncmp(request->head.data, "GET", 3);
  if (!is_get) read_model(connection);
  int wants_stream = request->body.length && memmem(request->body.data, request->body.length, "\"stream\":true", 13);
  message_reset(request);
  if (is_get && is_list) return answer_models(connection, is_newest);
  if (is_get) {
    put_answer(connection, 404, "{\"error\":\"Unexpected endpoint\"}", 31);
    return flush_output(connection);
  }
  if (is_embeddings) return answer_embeddings(connection);
  if (sscanf(connection->model, "local/stream-%u-%u", &pieces, &interval_ms) == 2)
    return begin_stream(connection, pieces, interval_ms % SLOTS);
  if (!strcmp(connection->model, "local/fault")) return answer_fault(connection, wants_stream);
  if (strcmp(connection->model, "local/idle")) return answer_chat(connection);
  /* The wheel is never entered: the second piece does not come. */
  connection->is_streaming = 1;
  if (!begin_stream(connection, 2, SLOTS - 1)) return 0;
  leave_wheel(connection);
  return 1;
}

static int read_input(Connection *connection) {
  Message *request = &connection->request;
  for (;;) {
    buffer_reserve(&request->input, READ_SIZE);
    ssize_t size = recv(connection->fd, request->input.data + request->input.length, READ_SIZE, 0);
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) return 0;
    request->input.length += (size_t)size;
    if (connection->is_streaming) continue;
    message_read(request);
    if (request->stage == COMPLETE) {
      if (!answer(connection)) return 0;
      /* A client waits for its answer before it asks again: there is nothing behind this request. */
      break;
    }
    if (size < READ_SIZE) break;
  }
  if (!request->input.length) buffer_clear(&request->input);
  return 1;
}

static void accept_all(int listener) {
  int fd, yes = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  }
}

/* Streams whose time has come; late ticks are made up for. */
static void turn_wheel(int timer) {
  uint64_t ticks;
  if (read(timer, &ticks, sizeof ticks) != sizeof ticks) return;
  while (ticks--) {
    now_slot = (now_slot + 1) % SLOTS;
    Connection *connection;
    while ((connection = wheel[now_slot])) {
      leave_wheel(connection);
      if (connection->output.length) {
        /* The reader is slow: the piece waits a tick of its own. */
        enter_wheel(connection);
        continue;
      }
      if (!advance_stream(connection)) end_connection(connection);
    }
  }
}

/* 256 vectors of 768 numbers, as a common embedding model gives them. */
static void make_embeddings(void) {
  Buffer text = {0};
  char number[32];
  unsigned seed = 1;
  buffer_append(&text, "{\"object\":\"list\",\"data\":[", 25);
  for (int index = 0; index < 256; index++) {
    int size = snprintf(number, sizeof number, "%s{\"object\":\"embedding\",", index ? "," : "");
    buffer_append(&text, number, (size_t)size);
    buffer_append(&text, "\"embedding\":[", 13);
    for (int place = 0; place < 768; place++) {
      seed = seed * 1103515245u + 12345u;
      size = snprintf(number, sizeof number, "%s%.8f", place ? "," : "", (double)(seed >> 8) / (1 << 24) - 0.5);
      buffer_append(&text, number, (size_t)size);
    }
    size = snprintf(number, sizeof number, "],\"index\":%d}", index);
    buffer_append(&text, number, (size_t)size);
  }
  embeddings = text.data;
  embeddings_length = text.length;
}

static int open_listener(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("backend");
    exit(1);
  }
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  model_names = arguments + 2;
  model_count = count > 2 ? count - 2 : 0;
  make_embeddings();
  epoll_fd = epoll_create1(0);
  int listener = open_listener(count > 1 ? atoi(arguments[1]) : 0);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec each = {.it_interval.tv_nsec = 1000000, .it_value.tv_nsec = 1000000};
  timerfd_settime(timer, 0, &each, NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener}, events[512];
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  event.data.ptr = &timer;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &event);
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, 512, -1), has_ticked = 0;
    for (int index = 0; index < ready; index++) {
      void *source = events[index].data.ptr;
      if (source == &listener) accept_all(listener);
      else if (source == &timer) has_ticked = 1;
      else {
        Connection *connection = source;
        int is_alive = !(events[index].events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP));
        if (is_alive && events[index].events & EPOLLIN) is_alive = read_input(connection);
        if (is_alive && events[index].events & EPOLLOUT)
          is_alive = flush_output(connection) && (connection->slot || advance_stream(connection));
        if (!is_alive) end_connection(connection);
      }
    }
    /* Last, so that no connection that still has an event in this round is freed before its turn. */
    if (has_ticked) turn_wheel(timer);
  }
}
