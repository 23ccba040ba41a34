/** Makes a string that fits a JSON schema's format and length. Knows no other type. */

const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  time: "03:04:05Z",
  duration: "PT1H",
  email: "simulated@example.com",
  hostname: "simulated.example",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/simulated",
  uuid: "00000000-0000-4000-8000-000000000000",
};

// A schema may ask for any length; this one is made at most.
const longest = 10_000;

/** The format's example, else a name out of the user's text, else the word that says what it is. */
export function stringInstance(schema: Record<string, unknown>, text = ""): string {
  const format = schema["format"];
  const byFormat = typeof format === "string" ? formats[format] : undefined;
  if (byFormat !== undefined) return byFormat;
  const value = findName(text) ?? "simulated";
  const least = typeof schema["minLength"] === "number" ? Math.min(schema["minLength"], longest) : 0;
  const most = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Infinity;
  return value.padEnd(least, ".").slice(0, most);
}

/** A capitalised word that does not begin the text: "the weather in Paris" names Paris. */
function findName(text: string): string | undefined {
  return /(?<=[\p{L}\p{N},] )\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)*/u.exec(text)?.[0];
}
