import {
  toBinary,
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
} from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, type HandlerContext } from '@connectrpc/connect';
import type { GrpcLimits } from './limits';

/** A question of either version: they are the same but for their package. */
interface Question {
  host: string;
  messageRequest: { case?: string | undefined; value?: unknown };
}

/**
 * What clients ask a server for before they know its proto files; both versions of the protocol share it. `others` are files
 * that no service needs and that answers name all the same, such as details of errors.
 */
export function createReflection(
  services: readonly DescService[],
  others: readonly DescFile[],
  limits: Pick<GrpcLimits, 'reflectionQuestions' | 'reflectionMs'>,
) {
  const files = new Map<string, DescFile>();
  const symbols = new Map<string, DescFile>();
  for (const file of [...services.map((service) => service.file), ...others]) collect(file);

  function collect(file: DescFile): void {
    if (files.has(`${file.name}.proto`)) return;
    files.set(`${file.name}.proto`, file);
    for (const type of nestedTypes(file)) {
      symbols.set(type.typeName, file);
      for (const member of membersOf(type)) symbols.set(`${type.typeName}.${member}`, file);
    }
    file.dependencies.forEach(collect);
  }

  function answerTo({ messageRequest: { case: kind, value } }: Question) {
    switch (kind) {
      case 'listServices':
        return {
          case: 'listServicesResponse' as const,
          value: { service: services.map(({ typeName: name }) => ({ name })) },
        };
      case 'fileByFilename':
        return fileOf(files.get(String(value)), String(value));
      case 'fileContainingSymbol':
        return fileOf(symbols.get(String(value).replace(/^\./, '')), String(value));
      case 'fileContainingExtension':
      case 'allExtensionNumbersOfType':
        return failure(Code.NotFound, 'There are no extensions.');
      default:
        return failure(Code.InvalidArgument, 'The question asks for nothing.');
    }
  }

  return async function* reflect<Asked extends Question>(questions: AsyncIterable<Asked>, context: HandlerContext) {
    let asked = 0;
    for await (const question of until(questions, context.signal, limits.reflectionMs)) {
      asked += 1;
      if (asked > limits.reflectionQuestions) return;
      yield { validHost: question.host, originalRequest: question as never, messageResponse: answerTo(question) };
    }
  };
}

function fileOf(file: DescFile | undefined, name: string) {
  if (!file) return failure(Code.NotFound, `There is no ${name.slice(0, 200)}.`);
  const all = new Set<DescFile>();
  const add = (one: DescFile): void => {
    if (all.has(one)) return;
    all.add(one);
    one.dependencies.forEach(add);
  };
  add(file);
  const fileDescriptorProto = [...all].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse' as const, value: { fileDescriptorProto } };
}

function failure(errorCode: Code, errorMessage: string) {
  return { case: 'errorResponse' as const, value: { errorCode, errorMessage } };
}

function membersOf(type: DescMessage | DescEnum | DescExtension | DescService): string[] {
  if (type.kind === 'service') return type.methods.map(({ name }) => name);
  return type.kind === 'message' ? type.fields.map(({ name }) => name) : [];
}

/** Ends when the time is over, or the caller has gone: a stream that nobody uses is not kept. */
async function* until<Item>(items: AsyncIterable<Item>, signal: AbortSignal, ms: number): AsyncGenerator<Item> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const ended = new Promise<{ done: true; value: undefined }>((resolve) =>
    over.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true }),
  );
  const iterator = items[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), ended]);
    if (next.done) return;
    yield next.value;
  }
}
