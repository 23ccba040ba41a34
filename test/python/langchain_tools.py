"""Tools by LangChain."""

from langchain_setting import answer_with_tool, chat, gather, get_time, question, tools
from uses import same, use


@use("a tool, its result and the answer")
def _():
    model = chat().bind_tools(tools)
    answer_with_tool(model, model.invoke(question))


@use("a streamed tool, its result and the answer")
def _():
    model = chat().bind_tools(tools)
    answer_with_tool(model, gather(model.stream(question)))


@use("a forced tool by its name")
def _():
    (call,) = chat().bind_tools(tools, tool_choice="get_time").invoke(question).tool_calls
    same([call["name"], list(call["args"])], ["get_time", ["zone"]])


@use("any tool, required")
def _():
    (call,) = chat().bind_tools([get_time], tool_choice="any").invoke("Good morning!").tool_calls
    same(call["name"], "get_time")
