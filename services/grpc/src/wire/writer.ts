import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence as Presence } from '@bufbuild/protobuf/wkt';
import { putNested, putTag, putText, putVarint, WIRE, type Bytes } from './bytes';
import { putInstant } from './instant';
import { putStruct } from './struct';

/** Writes the content of a message, without its length. */
export type PutMessage = (bytes: Bytes, message: object) => void;

type PutField = (bytes: Bytes, message: Record<string, unknown>) => void;
type PutValue = (bytes: Bytes, value: unknown) => void;

/**
 * What writes objects of `/v1` as messages of a type, straight into bytes: fields are found by their names in the proto
 * file, null is not set, times are texts, and metadata is JSON. It is made of the type's descriptor, so it has all fields
 * that there are. Throws for a type with a field of a kind that no answer of `/v1` has.
 */
export function messageWriter(desc: DescMessage): PutMessage {
  const puts = desc.fields.toSorted((a, b) => a.number - b.number).map(fieldWriter);
  return (bytes, message) => {
    for (let index = 0; index < puts.length; index += 1) puts[index]!(bytes, message as Record<string, unknown>);
  };
}

/** Of types whose values are not objects with the names of their fields. */
const WELL_KNOWN: Record<string, PutValue> = {
  'google.protobuf.Timestamp': (bytes, value) => putInstant(bytes, value as string),
  'google.protobuf.Struct': (bytes, value) => putStruct(bytes, value as object),
};

const INTEGER: [number, PutValue] = [WIRE.varint, (bytes, value) => putVarint(bytes, Number(value))];
const SCALARS: { [Type in ScalarType]?: [number, PutValue] } = {
  [ScalarType.STRING]: [WIRE.delimited, (bytes, value) => putText(bytes, value as string)],
  [ScalarType.BOOL]: INTEGER,
  [ScalarType.INT32]: INTEGER,
  [ScalarType.INT64]: INTEGER,
};

function fieldWriter(field: DescField): PutField {
  const { name, number } = field;
  const [wireType, put] = valueWriter(field);
  if (field.fieldKind === 'list') {
    return (bytes, message) => {
      const items = message[name] as unknown[];
      for (let index = 0; index < items.length; index += 1) {
        putTag(bytes, number, wireType);
        put(bytes, items[index]);
      }
    };
  }
  // Without presence of its own an empty value is written as one that is not set.
  const tellsEmpty = field.presence !== Presence.IMPLICIT;
  return (bytes, message) => {
    const value = message[name];
    if (value === null || value === undefined || (!value && !tellsEmpty)) return;
    putTag(bytes, number, wireType);
    put(bytes, value);
  };
}

/** How the values of a field look on the wire, behind their tag. */
function valueWriter(field: DescField): [number, PutValue] {
  const isList = field.fieldKind === 'list';
  if (field.oneof || field.fieldKind === 'map' || (isList && field.packed)) throw unknownKind(field);
  if (field.message) {
    const put = WELL_KNOWN[field.message.typeName] ?? (messageWriter(field.message) as PutValue);
    return [WIRE.delimited, putNested(put)];
  }
  const scalar = field.scalar === undefined ? undefined : SCALARS[field.scalar];
  if (!scalar) throw unknownKind(field);
  return scalar;
}

const unknownKind = (field: DescField) => new Error(`${field.toString()} is of a kind that is not known here`);
