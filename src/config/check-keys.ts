/** What the schema of single keys cannot see: the same name or secret twice, and authentication without any key. Pure. */
import { shortKeyName } from "./key-plan.ts";
import type { KeySections } from "./schema-keys.ts";
import { Secret } from "./secret.ts";
import type { SectionProblem } from "./section-problem.ts";

/** In the order of the file; a secret beside the digest of the same one goes unnoticed, since digests take time. */
export function findKeyProblems({ authentication, keys }: KeySections): readonly SectionProblem[] {
  const short = authentication.valid_api_keys;
  if (authentication.enabled === true && short.length === 0 && keys.length === 0) {
    return [
      {
        path: ["authentication", "valid_api_keys"],
        expected: "at least one key, because authentication.enabled is true",
        hint: 'write valid_api_keys: ["…"], or enabled: false to let everyone in',
      },
    ];
  }
  const problems: SectionProblem[] = [];
  const names = new Map(short.map((_key, index) => [shortKeyName(index), `valid_api_keys[${index}]`]));
  const values = new Map<string, string>(
    short.flatMap((key, index) =>
      // One that its own check has refused is still what the file says.
      isSecret(key) ? [[key.reveal(), `authentication.valid_api_keys[${index}]`] as const] : [],
    ),
  );
  for (const [index, { name, secret, sha256 }] of keys.entries()) {
    const nameTaken = names.get(name);
    if (nameTaken === undefined) names.set(name, `keys[${index}]`);
    else {
      problems.push({
        path: ["keys", index, "name"],
        expected: `a name of its own; ${nameTaken} has this one`,
        hint: "rename one of the two: limits and logs go by the name",
      });
    }
    const field = secret === undefined ? "sha256" : "secret";
    const given = secret ?? sha256;
    const value = isSecret(given) ? given.reveal() : undefined;
    const valueTaken = value === undefined ? undefined : values.get(value);
    if (valueTaken !== undefined) {
      problems.push({
        path: ["keys", index, field],
        expected: `a key of its own; ${valueTaken} is the same`,
        hint: "make a new key for one of the two, or remove one",
      });
    } else if (value !== undefined) values.set(value, `keys[${index}].${field}`);
  }
  return problems;
}

function isSecret(value: unknown): value is Secret {
  return value instanceof Secret;
}
