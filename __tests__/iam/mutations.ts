import type { Document, Statement } from "./pair";

/** A document with one thing changed. */
export interface Mutation {
  readonly what: string;
  readonly document: Document;
}

type Change = [what: string, by: Statement];

/** Returns the document without each of its statements, actions, resources and condition values, one at a time. */
export function narrower(document: Document): Mutation[] {
  const whole = document.Statement.length > 1 ? document.Statement.map((_, index) => changed(document, index)) : [];
  return [...whole, ...each(document, (statement) => [...lists(statement), ...values(statement)])];
}

/** Returns the document with any action or resource in a statement, or without one of its conditions, one at a time. */
export function wider(document: Document): Mutation[] {
  return each(document, (statement) => [...opened(statement), ...conditions(statement)]);
}

function each(document: Document, changes: (statement: Statement) => Change[]): Mutation[] {
  return document.Statement.flatMap((statement, index) =>
    changes(statement).map((change) => changed(document, index, change)),
  );
}

function changed(document: Document, index: number, change?: Change): Mutation {
  const name = document.Statement[index]?.Sid ?? `statement ${index}`;
  const [what, ...by] = change ?? ["removed"];
  return {
    what: `${name}: ${what}`,
    document: { ...document, Statement: document.Statement.toSpliced(index, 1, ...by) },
  };
}

/** Returns the changes that widen a statement. A statement that denies is not widened this way. */
function opened(statement: Statement): Change[] {
  if (statement.Effect === "Deny") return [];
  const { Condition: _, ...unconditional } = statement;
  const { Resource = "*" } = statement;
  const anyResource: Change = ["any resource", { ...statement, Resource: "*" }];
  return [["any action", { ...unconditional, Action: "*" }], ...(Resource === "*" ? [] : [anyResource])];
}

const LISTS = ["Action", "NotAction", "Resource", "NotResource"] as const;

function lists(statement: Statement): Change[] {
  return LISTS.flatMap((element) =>
    withoutEach(statement[element]).map(
      ([value, rest]): Change => [`${element} without ${value}`, { ...statement, [element]: rest }],
    ),
  );
}

function values(statement: Statement): Change[] {
  return tests(statement).flatMap(({ operator, key, expected, others }) =>
    withoutEach(expected).map(
      ([value, rest]): Change => [
        `${key} without ${value}`,
        { ...statement, Condition: { ...statement.Condition, [operator]: { ...others, [key]: rest } } },
      ],
    ),
  );
}

function conditions(statement: Statement): Change[] {
  return tests(statement).map(({ operator, key, others }) => {
    const { Condition, ...rest } = statement;
    const { [operator]: _, ...operators } = Condition ?? {};
    const left = { ...operators, ...(Object.keys(others).length > 0 && { [operator]: others }) };
    return [`without ${operator} ${key}`, { ...rest, ...(Object.keys(left).length > 0 && { Condition: left }) }];
  });
}

/** Returns the tests of a statement's condition, each with the others of the same operator. */
function tests({ Condition = {} }: Statement) {
  return Object.entries(Condition).flatMap(([operator, all]) =>
    Object.entries(all).map(([key, expected]) => {
      const { [key]: _, ...others } = all;
      return { operator, key, expected, others };
    }),
  );
}

/** Returns a list without each of its values, if it has more than one. */
function withoutEach(values: string | readonly string[] = []): [string, string[]][] {
  const all = [values].flat();
  return all.length > 1 ? all.map((value, index) => [value, all.toSpliced(index, 1)]) : [];
}
