import type { Json } from '@threadlog/events';
import { putDouble, putNested, putTag, putText, putVarint, WIRE, type Bytes } from './bytes';

/** Numbers of the fields of `google.protobuf.Value`. */
const VALUE = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;
const KEY = 1;
/** Of an entry's value, and of what a struct and a list consist of. */
const ENTRY_VALUE = 2;
const PARTS = 1;

/** JSON as a Struct. */
export function putStruct(bytes: Bytes, object: object): void {
  for (const entry of Object.entries(object) as Entry[]) {
    putTag(bytes, PARTS, WIRE.delimited);
    putEntry(bytes, entry);
  }
}

type Entry = [key: string, value: Json];

const putValue = putNested(putKind);
const putNestedStruct = putNested(putStruct);
const putEntry = putNested((bytes: Bytes, [key, value]: Entry) => {
  putTag(bytes, KEY, WIRE.delimited);
  putText(bytes, key);
  putTag(bytes, ENTRY_VALUE, WIRE.delimited);
  putValue(bytes, value);
});
const putList = putNested((bytes: Bytes, items: readonly Json[]) => {
  for (const item of items) {
    putTag(bytes, PARTS, WIRE.delimited);
    putValue(bytes, item);
  }
});

/** Of these one is always there, also where it is empty. */
function putKind(bytes: Bytes, value: Json): void {
  switch (typeof value) {
    case 'string':
      putTag(bytes, VALUE.string, WIRE.delimited);
      return putText(bytes, value);
    case 'number':
      putTag(bytes, VALUE.number, WIRE.fixed64);
      return putDouble(bytes, value);
    case 'boolean':
      putTag(bytes, VALUE.bool, WIRE.varint);
      return putVarint(bytes, Number(value));
    default:
      return putCompound(bytes, value);
  }
}

function putCompound(bytes: Bytes, value: Exclude<Json, string | number | boolean>): void {
  if (value === null) {
    putTag(bytes, VALUE.null, WIRE.varint);
    return putVarint(bytes, 0);
  }
  const isList = Array.isArray(value);
  putTag(bytes, isList ? VALUE.list : VALUE.struct, WIRE.delimited);
  if (isList) putList(bytes, value);
  else putNestedStruct(bytes, value);
}
