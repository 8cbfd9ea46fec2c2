import {
  createFileRegistry,
  create,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMethod,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client as GrpcClient, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { ServerReflection, ServerReflectionAlpha } from '@threadlog/grpc';

/** How a call ended: gRPC's code, 0 for OK, and the answer as JSON with the names of the proto file. */
export interface ReflectedReply {
  code: number;
  body: unknown;
  /** What came with an error, as the wire has it. */
  details: Buffer;
}

const asIs = (bytes: Buffer): Buffer => bytes;

/**
 * A client that knows nothing before it asks: it learns the service by reflection, as grpcurl does, and calls it with
 * grpc-js, which shares no code with the server's library.
 */
export async function reflectedClient(url: string, reflection: typeof ServerReflection | typeof ServerReflectionAlpha) {
  const client = new GrpcClient(new URL(url).host, credentials.createInsecure());
  const registry = createFileRegistry(
    // What a file needs comes before it.
    create(FileDescriptorSetSchema, { file: (await filesOf(client, reflection, 'chat.v1.ChatService')).toReversed() }),
  );
  const service = registry.getService('chat.v1.ChatService')!;

  function call(name: string, request: JsonValue, headers: Record<string, string> = {}): Promise<ReflectedReply> {
    const { input, output } = service.methods.find((method) => method.name === name)!;
    const sent = Buffer.from(toBinary(input, fromJson(input, request)));
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        `/${service.typeName}/${name}`,
        asIs,
        asIs,
        sent,
        metadata,
        (error: ServiceError | null, answer?: Buffer) => {
          const body = answer && toJson(output, fromBinary(output, answer), { useProtoFieldName: true });
          resolve({ code: error?.code ?? 0, body, details: detailsOf(error) });
        },
      );
    });
  }

  /** Answers of a server stream as they come; `cancel` ends it. */
  function stream(name: string, request: JsonValue, headers: Record<string, string> = {}) {
    const { input, output } = service.methods.find((method) => method.name === name)!;
    const sent = Buffer.from(toBinary(input, fromJson(input, request)));
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    const answers: unknown[] = [];
    const call = client.makeServerStreamRequest(`/${service.typeName}/${name}`, asIs, asIs, sent, metadata);
    call.on('data', (bytes: Buffer) =>
      answers.push(toJson(output, fromBinary(output, bytes), { useProtoFieldName: true, registry })),
    );
    const ended = new Promise<number>((resolve) => call.on('error', ({ code }: ServiceError) => resolve(code)));
    return { answers, ended, cancel: () => call.cancel() };
  }
  /** Names of the files that a symbol needs, as reflection tells them. */
  const namesFor = async (symbol: string) => (await filesOf(client, reflection, symbol)).map(({ name }) => name);
  return { call, stream, namesFor, close: () => client.close() };
}

function detailsOf(error: ServiceError | null): Buffer {
  const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
  return Buffer.from(details ?? '');
}

/** The file that has a symbol, and those that it needs. */
async function filesOf(
  client: GrpcClient,
  reflection: typeof ServerReflection | typeof ServerReflectionAlpha,
  symbol: string,
) {
  const method: DescMethod = reflection.method.serverReflectionInfo;
  const stream = client.makeBidiStreamRequest(`/${reflection.typeName}/${method.name}`, asIs, asIs);
  const answered = new Promise<Buffer>((resolve, reject) => {
    stream.once('data', resolve);
    stream.once('error', reject);
  });
  stream.write(Buffer.from(toBinary(method.input, fromJson(method.input, { fileContainingSymbol: symbol }))));
  const answer = toJson(method.output, fromBinary(method.output, await answered)) as unknown as {
    fileDescriptorResponse: { fileDescriptorProto: string[] };
  };
  stream.end();
  return answer.fileDescriptorResponse.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, Buffer.from(bytes, 'base64')),
  );
}
