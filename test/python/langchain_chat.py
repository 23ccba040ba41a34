"""Chats and streams by LangChain, and leaving them."""

import asyncio

import openai
from langchain_core.messages import HumanMessage
from langchain_setting import chat, ending, gather, question
from uses import place, same, use


@use("a text with usage")
def _():
    answer = chat().invoke(question)
    assert question in answer.text and answer.text.endswith(ending), answer.text
    same([answer.tool_calls, answer.response_metadata["finish_reason"]], [[], "stop"])
    same(answer.response_metadata["model_name"], place.chat)
    usage = answer.usage_metadata
    same(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])


@use("a stream that is the same text, with the same usage")
def _():
    whole = chat().invoke(question)
    # At an address of one's own the library asks for no usage unless told to.
    chunks = list(chat(stream_usage=True).stream(question))
    assert len(chunks) > 5, chunks
    streamed = gather(chunks)
    same(streamed.text, whole.text)
    same(streamed.usage_metadata["total_tokens"], whole.usage_metadata["total_tokens"])
    same(streamed.response_metadata["finish_reason"], "stop")


@use("a batch, and an asynchronous stream")
def _():
    answers = chat().batch(["number 1", "number 2", "number 3"])
    assert all(f"number {index + 1}" in answer.text for index, answer in enumerate(answers)), answers

    async def read():
        return "".join([chunk.text async for chunk in chat().astream(question)])

    same(asyncio.run(read()), chat().invoke(question).text)


@use("a second turn with the answer of the first")
def _():
    first = chat().invoke("My name is Ada.")
    second = chat().invoke([HumanMessage("My name is Ada."), first, HumanMessage(question)])
    assert question in second.text, second.text
    assert second.usage_metadata["input_tokens"] > sum(
        first.usage_metadata[kind] for kind in ["input_tokens", "output_tokens"]
    )


@use("several choices")
def _():
    (generations,) = chat(n=3).generate([[HumanMessage(question)]]).generations
    same([generation.text.endswith(ending) for generation in generations], [True] * 3)


@use("stop words and a seed")
def _():
    first = chat(seed=7).invoke(question, stop=["You said"])
    assert first.text.rstrip().endswith("no model was asked."), first.text
    same(chat(seed=7).invoke(question, stop=["You said"]).text, first.text)


@use("a length limit, and a system message for a reasoning model")
def _():
    told = [("system", "Be short."), ("human", question)]
    answer = chat(model=place.reasoning, max_tokens=2).invoke(told)
    same(answer.response_metadata["finish_reason"], "length")


@use("thoughts kept out of the text, and counted where the backend counts them")
def _():
    answer = chat(model=place.reasoning).invoke(question)
    assert answer.text.lstrip().startswith("This is a simulated answer"), answer.text
    # LM Studio alone tells how many tokens were thoughts.
    if place.kind == "lmstudio":
        assert answer.usage_metadata["output_token_details"]["reasoning"] > 0, answer.usage_metadata


@use("a model that is not there, as an error with its code")
def _():
    for call in [chat(model="nobody").invoke, lambda text: list(chat(model="nobody").stream(text))]:
        try:
            call(question)
        # The status is the operator's choice between 400 and 404.
        except (openai.NotFoundError, openai.BadRequestError) as error:
            same([error.code, error.param, error.type], ["model_not_found", "model", "invalid_request_error"])
        else:
            raise AssertionError("no error was raised")


@use("an abort amid a long stream, and a chat after it")
def _():
    stream = chat(default_headers={"x-simulator-pieces": "100000"}).stream(question)
    for _, chunk in zip(range(4), stream):
        same(chunk.tool_calls, [])
    stream.close()
    assert question in chat().invoke(question).text
