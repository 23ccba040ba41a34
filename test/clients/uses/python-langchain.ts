/** LangChain for Python, whose embeddings are token ids by default. */
import { findPython } from "../../support/python.ts";
import type { Client } from "../client.ts";
import { createPythonClient } from "./python-script.ts";

export const pythonLangchain: Client = createPythonClient(
  "langchain-openai",
  "langchain",
  findPython("langchain_openai"),
);
