/** Python's own OpenAI client. */
import { python } from "../../support/python.ts";
import type { Client } from "../client.ts";
import { createPythonClient } from "./python-script.ts";

export const pythonOpenai: Client = createPythonClient("openai", "openai", python);
