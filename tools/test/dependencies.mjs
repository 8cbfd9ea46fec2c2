// A step of npm test: no file of production code imports in a circle, and no arrow inside a package runs back up.
import { cruise } from 'dependency-cruiser';
import { root } from '../stack/bootstrap.mjs';
import { LAYERS, NOT_YET } from './layers.mjs';

process.chdir(root);
const { output } = await cruise(['libs', 'services', 'tools', 'bench'], {
  exclude: String.raw`\.test\.ts$|\.testing\.ts$|\.d\.ts$|/testing/|/dist/|node_modules`,
  doNotFollow: 'node_modules',
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { conditionNames: ['source'], exportsFields: ['exports'], extensions: ['.ts', '.mjs'] },
});

/** All arrows between files, each to files of ours. */
const files = new Map(
  output.modules.map(({ source, dependencies }) => [source, new Set(dependencies.map(({ resolved }) => resolved))]),
);

/** Package and part of a file; null for what is in no `src`. */
function partOf(file) {
  const [, where, path] = /^(.*?)\/src\/(.*)$/.exec(file) ?? [];
  return where ? { where, part: path.split('/')[0].replace(/\.[a-z]+$/, '') } : null;
}

/** The sets of nodes that reach each other; Tarjan's algorithm. */
function circles(graph) {
  const found = [];
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  function visit(node) {
    order.set(node, order.size);
    lowest.set(node, order.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node), lowest.get(next)));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = stack.splice(stack.indexOf(node)).sort();
    if (circle.length > 1) found.push(circle);
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

const parts = new Map();
const upward = [];
for (const [file, imported] of files) {
  const from = partOf(file);
  if (!from) continue;
  const layers = LAYERS[from.where] ?? [];
  for (const other of imported) {
    const to = partOf(other);
    if (to?.where !== from.where || to.part === from.part) continue;
    const name = `${from.where}: ${from.part}`;
    parts.set(name, (parts.get(name) ?? new Set()).add(`${from.where}: ${to.part}`));
    const [low, high] = [layers.indexOf(from.part), layers.indexOf(to.part)];
    if (low >= 0 && high > low) upward.push(`${file} imports ${other}, which stands above it`);
  }
}

// An arrow that leads nowhere would be an arrow that is not looked at.
const nowhere = output.modules.flatMap(({ source, dependencies }) =>
  dependencies
    .filter(({ couldNotResolve, module }) => couldNotResolve && /^[.@]/.test(module))
    .map(({ module }) => `${source} imports ${module}, which cannot be found`),
);

const faults = [...upward, ...nowhere];
const notes = [];
function report(kind, found, allowed) {
  const isAllowed = (circle) => circle.some((one) => allowed.includes(one));
  for (const circle of found.filter((one) => !isAllowed(one))) faults.push(`${kind} in a circle: ${circle.join(', ')}`);
  for (const name of allowed.filter((one) => !found.some((circle) => circle.includes(one))))
    notes.push(`${name} is in no circle any more: take it out of tools/test/layers.mjs`);
}
report('files', circles(files), NOT_YET.files);
report('parts', circles(parts), NOT_YET.parts);
for (const [where, layers] of Object.entries(LAYERS))
  for (const part of layers)
    if (![...files.keys()].some((file) => partOf(file)?.where === where && partOf(file)?.part === part))
      notes.push(`tools/test/layers.mjs names ${part} of ${where}, which is not there`);

console.log([...faults, ...notes].join('\n') || `${files.size} files, no circle, no arrow that runs back up`);
process.exitCode = faults.length === 0 ? 0 : 1;
