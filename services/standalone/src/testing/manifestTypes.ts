import { join } from 'node:path';
import ts from 'typescript';

/** A document of Kubernetes, as far as every one of them is alike. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/**
 * What of these documents Kubernetes' API does not have: fields that there are not, values of another type, what is
 * required and missing. The types are those that `kubernetes-types` makes of the API's OpenAPI description, and each
 * document is an object literal, in which TypeScript takes no other field. Values of enumerations are strings to it.
 */
export function typeFaults(documents: readonly Manifest[], root: string): string[] {
  const file = join(root, 'manifests.ts');
  const host = ts.createCompilerHost({});
  const { getSourceFile, fileExists } = host;
  const text = documents.map((document, at) => literal(document, at, root)).join('\n');
  host.getSourceFile = (name, options) =>
    name === file ? ts.createSourceFile(name, text, options) : getSourceFile.call(host, name, options);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    moduleResolution: ts.ModuleResolutionKind.Node10,
    ignoreDeprecations: '6.0',
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start, file: source }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const line = source && start !== undefined ? source.getLineAndCharacterOfPosition(start).line : -1;
    const document = documents[Math.floor(line / 2)];
    return document ? `${document.kind} ${document.metadata.name}: ${message}` : message;
  });
}

/** Two lines a document, so that a fault's line tells whose it is. */
function literal(document: Manifest, at: number, root: string): string {
  const [group = '', version] = document.apiVersion.includes('/')
    ? document.apiVersion.split('/')
    : ['core', document.apiVersion];
  const types = join(root, 'node_modules/kubernetes-types', group.split('.')[0]!, version!);
  return `import type { ${document.kind} as T${at} } from '${types}';\nexport const d${at}: T${at} = ${JSON.stringify(document)};`;
}
