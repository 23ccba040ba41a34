/** Response formats that LM Studio refuses. Knows no answer. */
import { isJsonObject } from "../../protocol/openai/fields.ts";
import { without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

const anyObject = { name: "json_object", schema: { type: "object" } };

export const jsonObjectFormat: Mend = {
  id: "json-object-format",
  title:
    "`response_format: json_object` becomes a permissive `json_schema`, a schema that is missing is filled, and `text` is dropped.",
  source: "BT#189, BT#307, LM Studio's 0.3.18 notes",
  kinds: ["lmstudio"],
  endpoints: ["chat"],
  looksAt: ["response_format"],
  request(body) {
    const format = body["response_format"];
    if (!isJsonObject(format)) return undefined;
    if (format["type"] === "text") return without(body, ["response_format"]);
    if (format["type"] === "json_object") {
      // Some local servers take a schema beside this type; here is where it belongs.
      const { schema, ...rest } = format;
      const json_schema = isJsonObject(schema) ? { ...anyObject, schema } : anyObject;
      return { ...body, response_format: { ...rest, type: "json_schema", json_schema } };
    }
    const wanted = format["json_schema"];
    if (format["type"] !== "json_schema" || (isJsonObject(wanted) && isJsonObject(wanted["schema"])))
      return undefined;
    const filled = { ...anyObject, ...(isJsonObject(wanted) ? wanted : {}), schema: anyObject.schema };
    return { ...body, response_format: { ...format, json_schema: filled } };
  },
};
