/* Reads one HTTP/1.1 message after the other from a socket's bytes. Knows neither requests from answers nor JSON. */
#ifndef BENCH_HTTP1_H
#define BENCH_HTTP1_H
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

typedef struct {
  char *data;
  size_t length, capacity;
} Buffer;

static inline void buffer_reserve(Buffer *buffer, size_t extra) {
  size_t needed = buffer->length + extra;
  if (needed <= buffer->capacity) return;
  size_t capacity = buffer->capacity ? buffer->capacity : 1024;
  while (capacity < needed) capacity *= 2;
  buffer->data = realloc(buffer->data, capacity);
  if (!buffer->data) abort();
  buffer->capacity = capacity;
}

static inline void buffer_append(Buffer *buffer, const char *data, size_t length) {
  buffer_reserve(buffer, length);
  memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
}

static inline void buffer_drop(Buffer *buffer, size_t length) {
  memmove(buffer->data, buffer->data + length, buffer->length - length);
  buffer->length -= length;
}

/* Idle connections by the thousand must not each keep the space of a large message. */
static inline void buffer_clear(Buffer *buffer) {
  buffer->length = 0;
  if (buffer->capacity <= 4096) return;
  free(buffer->data);
  buffer->data = NULL;
  buffer->capacity = 0;
}

static inline void buffer_free(Buffer *buffer) {
  free(buffer->data);
  memset(buffer, 0, sizeof *buffer);
}

static inline uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

typedef enum { IN_HEAD, IN_SIZED, IN_CHUNK_SIZE, IN_CHUNK, IN_CHUNK_END, IN_TRAILER, UNTIL_CLOSE, COMPLETE, BROKEN } Stage;

typedef struct {
  Stage stage;
  uint64_t remaining;
  Buffer input; /* raw bytes that are not understood yet */
  Buffer head;  /* first line and headers, ends with an empty line */
  Buffer body;  /* what came of the body, without chunk marks */
  int is_answer, closes;
} Message;

static inline void message_reset(Message *message) {
  message->stage = IN_HEAD;
  message->remaining = 0;
  message->closes = 0;
  message->head.length = 0;
  buffer_clear(&message->body);
}

static inline void message_free(Message *message) {
  buffer_free(&message->input);
  buffer_free(&message->head);
  buffer_free(&message->body);
}

/* The value of a header and its length, or NULL. */
static inline const char *header_value(const Message *message, const char *name, size_t *length) {
  size_t name_length = strlen(name);
  const char *at = message->head.data, *end = at + message->head.length;
  while ((at = memchr(at, '\n', (size_t)(end - at))) && ++at < end) {
    if ((size_t)(end - at) <= name_length || strncasecmp(at, name, name_length) || at[name_length] != ':') continue;
    const char *value = at + name_length + 1;
    while (*value == ' ') value++;
    const char *stop = memchr(value, '\r', (size_t)(end - value));
    *length = stop ? (size_t)(stop - value) : 0;
    return value;
  }
  return NULL;
}

static inline int header_is(const Message *message, const char *name, const char *wanted) {
  size_t length;
  const char *value = header_value(message, name, &length);
  return value && length == strlen(wanted) && !strncasecmp(value, wanted, length);
}

static inline void begin_body(Message *message) {
  size_t length;
  const char *value;
  message->closes = header_is(message, "connection", "close");
  if (header_is(message, "transfer-encoding", "chunked")) message->stage = IN_CHUNK_SIZE;
  else if ((value = header_value(message, "content-length", &length))) {
    message->remaining = strtoull(value, NULL, 10);
    message->stage = message->remaining ? IN_SIZED : COMPLETE;
  } else message->stage = message->is_answer ? UNTIL_CLOSE : COMPLETE;
}

/* A line of at most `limit` bytes up to its break: its length with the break, 0 while it is not whole. */
static inline size_t line_length(const char *data, size_t length) {
  const char *end = memchr(data, '\n', length);
  return end ? (size_t)(end - data) + 1 : 0;
}

/* Takes `used` of the input, as much as belongs to this message. */
static inline void message_read(Message *message) {
  size_t at = 0, line;
  Buffer *input = &message->input;
  while (at < input->length && message->stage != COMPLETE && message->stage != BROKEN) {
    char *data = input->data + at;
    size_t length = input->length - at;
    switch (message->stage) {
      case IN_HEAD: {
        char *end = memmem(data, length, "\r\n\r\n", 4);
        if (!end) goto out;
        size_t size = (size_t)(end - data) + 4;
        buffer_append(&message->head, data, size);
        at += size;
        begin_body(message);
        break;
      }
      case IN_CHUNK_SIZE:
        if (!(line = line_length(data, length))) goto out;
        message->remaining = strtoull(data, NULL, 16);
        at += line;
        message->stage = message->remaining ? IN_CHUNK : IN_TRAILER;
        break;
      case IN_SIZED:
      case IN_CHUNK:
      case UNTIL_CLOSE: {
        size_t size = message->stage == UNTIL_CLOSE || message->remaining > length ? length : message->remaining;
        buffer_append(&message->body, data, size);
        at += size;
        if (message->stage == UNTIL_CLOSE) break;
        message->remaining -= size;
        if (!message->remaining) message->stage = message->stage == IN_SIZED ? COMPLETE : IN_CHUNK_END;
        break;
      }
      case IN_CHUNK_END:
        if (length < 2) goto out;
        at += 2;
        message->stage = IN_CHUNK_SIZE;
        break;
      case IN_TRAILER:
        if (!(line = line_length(data, length))) goto out;
        at += line;
        if (line <= 2) message->stage = COMPLETE;
        break;
      default: goto out;
    }
  }
out:
  if (at == input->length) buffer_clear(input);
  else if (at) buffer_drop(input, at);
}
#endif
