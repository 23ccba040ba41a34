import { describe, expect, it } from "vitest";
import { createDoorReader, readDoor } from "../../src/translate/door.ts";

describe("readDoor", () => {
  it.each([
    ["/v1/chat/completions", "/chat/completions", undefined],
    ["/openai/deployments/gpt-4o/chat/completions", "/chat/completions", "gpt-4o"],
    ["/openai//deployments/my%20model/embeddings/", "/embeddings", "my model"],
    ["/openai/v1/responses", "/responses", undefined],
    ["/openai/files/file-1/content", "/files/file-1/content", undefined],
    ["/openai/deployments/%E0%A4%A/completions", "/completions", "%E0%A4%A"],
    ["/v1/engines/davinci/completions", "/completions", "davinci"],
    ["/engines/qwen/qwen3-8b/embeddings", "/embeddings", "qwen/qwen3-8b"],
    ["/v1/engines", "/models", undefined],
    ["/v1/engines/davinci", "/models/davinci", undefined],
    ["/openai", "/openai", undefined],
    ["/enginesroom", "/enginesroom", undefined],
  ])("of %s is %s", (path, route, deployment) => {
    expect(readDoor(path)).toEqual({ route, deployment });
  });
});

describe("a door reader", () => {
  it("tells each path's door, whichever it read before", () => {
    const read = createDoorReader();
    const routes = ["/v1/models", "/v1/models", "/openai/deployments/a/embeddings", "/v1/models"].map(
      (path) => read(path).route,
    );
    expect(routes).toEqual(["/models", "/models", "/embeddings", "/models"]);
  });
});
