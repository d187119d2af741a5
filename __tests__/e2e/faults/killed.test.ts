import { heldLock } from "../../../scripts/support/fixes";
import { addRow } from "./rows";
import { describeFaultsInFull, type StateKind, words } from "./support";

/** Points of an apply at which it is killed. */
const POINTS = [...Array(20).keys()];

const FORCE_UNLOCK = "`terraform force-unlock <id>`";
const IMPORT = "`import` blocks, or `terraform import`, for what exists already";

describe.each<StateKind>(["s3", "local"])("with the state in %s,", (state) =>
  describeFaultsInFull(
    "terraform apply killed by SIGKILL",
    (root, whole) => {
      /** Write requests of an apply: the lock, the resources, the state, the release of the lock. */
      let changes: string[];
      beforeAll(() => {
        changes = root()
          .proxy.calls.filter(({ changes }) => changes)
          .map(({ name }) => name);
      });

      test("has at least as many points as are tested: before and after each write", () => {
        expect(2 * changes.length).toBeGreaterThanOrEqual(POINTS.length);
      });

      test.each(POINTS)("can run again after it is killed at point %i of 20", async (point) => {
        // Spread evenly over all writes. AWS answers the request at every second point.
        const nth = 1 + Math.round((point * (changes.length - 1)) / 19);
        const reachesAws = point % 2 === 1;
        await root().reset();
        const running = root().start("apply", "-auto-approve");
        let killedAt = "";
        root().proxy.rule = async (call, forward) => {
          if (killedAt !== "" && reachesAws) return forward();
          if (killedAt !== "") return undefined;
          const seen = root().proxy.calls.filter(({ changes }) => changes).length;
          if (!call.changes || seen < nth) return forward();
          killedAt = call.name;
          if (reachesAws) await forward();
          running.signal("SIGKILL", "both");
          return undefined;
        };
        expect((await running.finished).output).not.toContain("Apply complete");
        expect(killedAt).not.toBe("");
        root().proxy.reset();
        const left = await root().left();
        const codes = new Set(root().api.activations.keys());

        const sees: string[] = [];
        const fix: string[] = [];
        let again = await root().apply();
        const lock = heldLock(again.output);
        if (lock) {
          sees.push(words(again.output, /Error acquiring the state lock/));
          fix.push(FORCE_UNLOCK);
          await root().must("force-unlock", "-force", lock.id);
          again = await root().apply();
        }
        const found = root().leftovers(again.output);
        if (found.length > 0) {
          sees.push(
            words(again.output, /EntityAlreadyExists: Role with name \S+ already exists|EntityAlreadyExists[^.]*/),
          );
          fix.push(`${IMPORT} (${found.length})`);
          again = { ...again, code: 0, output: await root().adopt(again.output) };
        }
        if (again.code !== 0) throw new Error(again.output);
        await root().mustChangeNothing();

        // An activation that AWS created but the state lacks is created again: CreateActivation has no idempotency
        // token.
        const { activations, ...rest } = await root().made();
        const { activations: one, ...all } = whole();
        expect(rest).toEqual(all);
        const orphans = codes.size - Number([...codes].some((id) => again.output.includes(id)));
        expect(activations).toBe(one + orphans);
        if (orphans > 0) fix.push("delete the activation that is not in `activation_ids`");
        addRow({
          fault: `SIGKILL, state in ${state === "s3" ? "S3" : "a local file"}, at change ${nth} of ${changes.length}, \`${killedAt}\`, ${reachesAws ? "after" : "before"} AWS has it`,
          sees: sees.join("; ") || "nothing: the next run continues",
          left,
          fix: [...fix, "`terraform apply`"].join(", "),
        });
      });
    },
    state,
  ),
);
