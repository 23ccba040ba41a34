/** Shared state for tests: in memory, and gone or silent as the test says. */
import type { StateOperations } from "../../src/store/shared-state.ts";

export interface HeldBackState extends StateOperations {
  /** `gone` rejects at once; `silent` never answers, though it does what it was asked. */
  mode: "here" | "gone" | "silent";
  /** The operations that it was asked for, in order. */
  readonly asked: string[];
}

export function holdBack(inner: StateOperations): HeldBackState {
  const asked: string[] = [];
  let mode: HeldBackState["mode"] = "here";

  function pass<Wish extends unknown[], Result>(
    name: string,
    operation: (...wish: Wish) => Promise<Result>,
  ): (...wish: Wish) => Promise<Result> {
    return async (...wish) => {
      asked.push(name);
      if (mode === "gone") throw new Error("there is no connection");
      const result = await operation(...wish);
      return mode === "silent" ? new Promise<never>(() => {}) : result;
    };
  }

  return {
    get: pass("get", inner.get),
    set: pass("set", inner.set),
    delete: pass("delete", inner.delete),
    takePoints: pass("takePoints", inner.takePoints),
    acquireLease: pass("acquireLease", inner.acquireLease),
    renewLeases: pass("renewLeases", inner.renewLeases),
    releaseLeases: pass("releaseLeases", inner.releaseLeases),
    getRecord: pass("getRecord", inner.getRecord),
    setRecord: pass("setRecord", inner.setRecord),
    close: pass("close", inner.close),
    asked,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
    },
  };
}
