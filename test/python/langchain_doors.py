"""LangChain by the other doors: Azure's, the Responses endpoint and completions."""

from langchain_core.messages import HumanMessage
from langchain_openai import AzureOpenAIEmbeddings, OpenAI
from langchain_setting import Place, answer_with_tool, azure_chat, chat, embedder, gather, question, tools
from uses import near, place, same, use


@use("a chat, a stream and a tool at Azure's door")
def _():
    assert question in azure_chat().invoke(question).text
    assert question in gather(azure_chat().stream(question)).text
    same(azure_chat(azure_deployment=place.reasoning).invoke("Hi").response_metadata["model_name"], place.reasoning)
    model = azure_chat().bind_tools(tools)
    answer_with_tool(model, model.invoke(question))


@use("embeddings by default settings at Azure's door")
def _():
    azure = AzureOpenAIEmbeddings(
        azure_endpoint=place.origin,
        api_key=place.api_key,
        api_version="2024-10-21",
        azure_deployment=place.embedding,
        openai_api_base=None,
    )
    near(azure.embed_query("a rainy day"), embedder().embed_query("a rainy day"))


@use("a text and a stream, by responses")
def _():
    model = chat(use_responses_api=True)
    whole = model.invoke(question)
    assert question in whole.text, whole
    same(gather(model.stream(question)).text, whole.text)
    usage = whole.usage_metadata
    same(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])


@use("structured output, by responses")
def _():
    found = chat(use_responses_api=True).with_structured_output(Place).invoke(question)
    assert isinstance(found, Place), found


# The class sends a list of prompts always, and LM Studio takes only a string.
@use("the older completions, several at once")
def _():
    texts = OpenAI(model="gpt-3.5-turbo-instruct", max_retries=0).batch(["Once upon a time", "Twice upon a time"])
    assert "Once" in texts[0] and "Twice" in texts[1], texts


# LM Studio's `call_id` has not OpenAI's form.
@use("a tool, its result and the answer, by responses")
def _():
    model = chat(use_responses_api=True).bind_tools(tools)
    answer_with_tool(model, model.invoke(question))
    answer_with_tool(model, gather(model.stream(question)))


# LM Studio refuses a `tool_choice` that is an object.
@use("structured output by function calling, by responses")
def _():
    model = chat(use_responses_api=True).with_structured_output(Place, method="function_calling")
    assert isinstance(model.invoke(question), Place)


# LM Studio's manners here keep no responses.
@use("a second turn by the id of the response before")
def _():
    model = chat(use_responses_api=True, use_previous_response_id=True)
    first = model.invoke("My name is Ada.")
    second = model.invoke([HumanMessage("My name is Ada."), first, HumanMessage(question)])
    assert second.usage_metadata["input_tokens"] > model.invoke(question).usage_metadata["input_tokens"]
