import * as lib from "../lib";

test("the public API exports these names", () => {
  expect(Object.keys(lib).sort()).toEqual([
    "AccountStack",
    "HybridServiceRole",
    "InvalidInputError",
    "ModuleStack",
    "RUNBOOK_SHELLS",
    "activationRunbook",
    "loadFleet",
    "parseFleet",
    "remoteServiceRole",
    "runbook",
  ]);
});
