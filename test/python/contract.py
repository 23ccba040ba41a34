"""The proxy through Python's own OpenAI client. Reads the address and the key from the environment; prints one line a check."""

import os
import sys

import openai
from openai import OpenAI

client = OpenAI(max_retries=0)
messages = [{"role": "user", "content": "Say something."}]


def chat():
    answer = client.chat.completions.create(model="gpt-4o", messages=messages)
    assert answer.model == "gpt-4o", answer.model
    assert "simulated" in answer.choices[0].message.content.lower()


def stream():
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=messages, stream=True))
    assert {chunk.model for chunk in chunks} == {"gpt-4o"}
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "simulated" in text.lower()


def responses():
    answer = client.responses.create(model="gpt-4o", input="Hi")
    assert answer.model == "gpt-4o", answer.model
    events = list(client.responses.create(model="gpt-4o", input="Hi", stream=True))
    assert events[-1].type == "response.completed", events[-1].type
    assert events[-1].response.model == "gpt-4o"


def embeddings():
    answer = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    assert [len(item.embedding) for item in answer.data] == [768, 768]


def models():
    ids = [model.id for model in client.models.list()]
    assert "gpt-4o" in ids and len(ids) == len(set(ids)), ids
    assert client.models.retrieve("simulated/qwen3-8b").id == "simulated/qwen3-8b"


def abort():
    with client.chat.completions.create(model="gpt-4o", messages=messages, stream=True) as answer:
        next(iter(answer))
    chat()


def errors():
    for expected, call in [
        (openai.AuthenticationError, lambda: OpenAI(api_key="sk-wrong", max_retries=0).models.list()),
        (openai.NotFoundError, lambda: client.models.retrieve("unknown")),
        (openai.BadRequestError, lambda: client.chat.completions.create(model="unknown", messages=messages)),
        (openai.BadRequestError, lambda: client.chat.completions.create(model="gpt-4o", messages=[])),
    ]:
        try:
            call()
        except expected as error:
            assert error.request_id, "no request id"
        else:
            raise AssertionError(f"{expected.__name__} was not raised")


def upload():
    try:
        client.audio.transcriptions.create(model="whisper-1", file=("speech.wav", b"RIFF" + bytes(100_000)))
    except openai.NotFoundError as error:
        assert "Invalid URL" in error.message, error.message
    else:
        raise AssertionError("the simulator has no transcriptions, so a 404 was expected")


checks = [chat, stream, responses, embeddings, models, abort, errors, upload]
for check in checks:
    check()
    print(f"ok {check.__name__}")
    sys.stdout.flush()
print(f"{len(checks)} checks with openai {openai.__version__} on Python {os.sys.version.split()[0]}")
