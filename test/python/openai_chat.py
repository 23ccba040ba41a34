"""Chats and streams by the OpenAI client, and leaving them."""

import asyncio

from openai import AsyncOpenAI
from openai_setting import chat, client, ending, messages, question
from uses import place, same, use


@use("a chat with usage")
def _():
    answer = chat()
    message = answer.choices[0].message
    assert question in message.content and message.content.endswith(ending), message.content
    same([message.role, message.refusal, message.tool_calls], ["assistant", None, None])
    same(answer.choices[0].finish_reason, "stop")
    same(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens)
    assert answer._request_id.startswith("req_"), answer._request_id


@use("a stream that is the same text, with one role and usage")
def _():
    chunks = list(chat(stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    same("".join(piece.content or "" for piece in pieces), chat().choices[0].message.content)
    same([piece.role for piece in pieces if piece.role], ["assistant"])
    same([chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1], "stop")
    same(chunks[-1].choices, [])
    same([chunk.usage for chunk in chunks[:-1]], [None] * (len(chunks) - 1))
    assert chunks[-1].usage.total_tokens > 0


@use("no usage in a stream that did not ask for it")
def _():
    assert all(chunk.usage is None and chunk.choices for chunk in chat(stream=True))


@use("several choices, whole")
def _():
    choices = chat(n=3).choices
    same([choice.index for choice in choices], [0, 1, 2])
    assert all(choice.message.content.endswith(ending) for choice in choices)


@use("several choices, streamed")
def _():
    texts = {}
    for chunk in chat(n=2, stream=True):
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    same(sorted(texts), [0, 1])
    assert all(text.endswith(ending) for text in texts.values()), texts


@use("stop words and a seed")
def _():
    first = chat(stop=["You said"], seed=7).choices[0]
    assert first.message.content.rstrip().endswith("no model was asked."), first.message.content
    same(first.finish_reason, "stop")
    same(chat(stop=["You said"], seed=7).choices[0].message.content, first.message.content)


@use("a length limit by its newer name, and a developer's message")
def _():
    told = [{"role": "developer", "content": "Be short."}, *messages]
    same(chat(model=place.reasoning, messages=told, max_completion_tokens=2).choices[0].finish_reason, "length")


@use("thoughts beside the text, whole and streamed, and counted where the backend counts them")
def _():
    answer = chat(model=place.reasoning)
    message = answer.choices[0].message
    assert message.content.lstrip().startswith("This is a simulated answer"), message.content
    thoughts = message.model_extra["reasoning_content"]
    assert "Simulated reasoning" in thoughts, thoughts
    # LM Studio alone tells how many tokens were thoughts.
    if place.kind == "lmstudio":
        assert answer.usage.completion_tokens_details.reasoning_tokens > 0
    chunks = chat(model=place.reasoning, stream=True)
    pieces = [chunk.choices[0].delta.model_extra.get("reasoning_content") for chunk in chunks if chunk.choices]
    same("".join(piece or "" for piece in pieces), thoughts)


@use("an abort amid a long stream, and a chat after it")
def _():
    with chat(stream=True, extra_headers={"x-simulator-pieces": "100000"}) as stream:
        for _, chunk in zip(range(3), stream):
            same(chunk.choices[0].finish_reason, None)
    assert question in chat().choices[0].message.content


@use("an asynchronous client, several at once")
def _():
    async def ask(number):
        async with AsyncOpenAI(max_retries=0) as other:
            asked = [{"role": "user", "content": f"number {number}"}]
            stream = await other.chat.completions.create(model=place.chat, messages=asked, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def all_of_them():
        return await asyncio.gather(*(ask(number) for number in range(4)))

    texts = asyncio.run(all_of_them())
    assert all(f"number {number}" in text for number, text in enumerate(texts)), texts


@use("the headers that OpenAI sends")
def _():
    raw = client.chat.completions.with_raw_response.create(model=place.chat, messages=messages)
    assert int(raw.headers["openai-processing-ms"]) >= 0
    same(raw.headers["openai-version"], "2020-10-01")
    same(raw.headers["openai-model"], place.chat)
    same(raw.parse().choices[0].finish_reason, "stop")
