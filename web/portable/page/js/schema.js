/* A JSON Schema validator for the words that our own schemas use (draft 2020-12). An unknown word is an error, never a pass. */

import { canonicalText } from "./canonical.js";

const NOTES = new Set(["$schema", "$id", "$defs", "title", "description", "then", "else"]);
const TYPES = {
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};
const PATTERNS = new Map();

/** Say whether `value` fits a schema. `root` holds its `$defs`. */
export function fits(value, schema, root = schema) {
  if (typeof schema === "boolean") return schema;
  return Object.keys(schema).every((word) => {
    if (NOTES.has(word)) return true;
    if (!(word in WORDS)) throw new Error(`the schema word ${word} is not known`);
    return WORDS[word](value, schema[word], root, schema);
  });
}

const ofType =
  (type, rule) =>
  (value, ...rest) =>
    !TYPES[type](value) || rule(value, ...rest);
const has = (value, key) => Object.prototype.hasOwnProperty.call(value, key);
const same = (left, right) => canonicalText(left) === canonicalText(right);

const WORDS = {
  $ref: (value, name, root) => fits(value, root.$defs[name.replace("#/$defs/", "")], root),
  type: (value, types) => [types].flat().some((type) => TYPES[type](value)),
  const: (value, wanted) => same(value, wanted),
  enum: (value, options) => options.some((option) => same(value, option)),
  allOf: (value, schemas, root) => schemas.every((schema) => fits(value, schema, root)),
  anyOf: (value, schemas, root) => schemas.some((schema) => fits(value, schema, root)),
  oneOf: (value, schemas, root) => schemas.filter((schema) => fits(value, schema, root)).length === 1,
  if: (value, condition, root, schema) => fits(value, (fits(value, condition, root) ? schema.then : schema.else) ?? true, root),
  minimum: ofType("number", (value, least) => value >= least),
  maximum: ofType("number", (value, most) => value <= most),
  exclusiveMinimum: ofType("number", (value, bound) => value > bound),
  minLength: ofType("string", (value, least) => [...value].length >= least),
  maxLength: ofType("string", (value, most) => [...value].length <= most),
  pattern: ofType("string", (value, pattern) => patternOf(pattern).test(value)),
  format: ofType("string", (value, format) => ["date", "date-time"].includes(format) && isDay(value)),
  minItems: ofType("array", (value, least) => value.length >= least),
  maxItems: ofType("array", (value, most) => value.length <= most),
  uniqueItems: ofType("array", (value, unique) => !unique || new Set(value.map(canonicalText)).size === value.length),
  prefixItems: ofType("array", (value, schemas, root) =>
    schemas.every((schema, at) => at >= value.length || fits(value[at], schema, root)),
  ),
  items: ofType("array", (value, schema, root, whole) => {
    return value.slice(whole.prefixItems?.length ?? 0).every((member) => fits(member, schema, root));
  }),
  minProperties: ofType("object", (value, least) => Object.keys(value).length >= least),
  maxProperties: ofType("object", (value, most) => Object.keys(value).length <= most),
  required: ofType("object", (value, names) => names.every((name) => has(value, name))),
  dependentRequired: ofType("object", (value, rules) => {
    return Object.keys(rules).every((name) => !has(value, name) || rules[name].every((other) => has(value, other)));
  }),
  properties: ofType("object", (value, schemas, root) => {
    return Object.keys(schemas).every((name) => !has(value, name) || fits(value[name], schemas[name], root));
  }),
  additionalProperties: ofType("object", (value, schema, root, whole) => {
    return Object.keys(value).every((name) => has(whole.properties ?? {}, name) || fits(value[name], schema, root));
  }),
};

function patternOf(pattern) {
  if (!PATTERNS.has(pattern)) PATTERNS.set(pattern, new RegExp(pattern, "u"));
  return PATTERNS.get(pattern);
}

/** The patterns hold the form already; what is left is a day that its month does not have. */
function isDay(text) {
  const [year, month, day] = text.slice(0, 10).split("-").map(Number);
  const moment = new Date(Date.UTC(year, month - 1, day));
  return moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
}
