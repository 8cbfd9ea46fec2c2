import type { CataloguedMetric } from './catalogue';

/** What a query of Prometheus names that is not there, in words; nothing where all of it is. */
export function strangersIn(expression: string, catalogue: readonly CataloguedMetric[]): string[] {
  const { selectors, grouping } = readExpression(expression);
  const known = selectors.map((selector) => ({ ...selector, metric: metricOf(selector.name, catalogue) }));
  const wrong = known.flatMap(({ name, labels, metric }) => {
    if (!metric) return [`there is no metric ${name}`];
    return labels.filter((label) => !hasLabel(metric, label)).map((label) => `${name} has no label ${label}`);
  });
  const grouped = grouping.filter((label) => !known.some(({ metric }) => metric && hasLabel(metric, label)));
  return [...wrong, ...grouped.map((label) => `nothing of it has a label ${label}`)];
}

interface Selector {
  name: string;
  labels: string[];
}

const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'offset',
  'bool',
]);

/** Names of metrics with the labels they are selected by, and the labels of `by`, `on` and their like. */
export function readExpression(expression: string): { selectors: Selector[]; grouping: string[] } {
  const grouping: string[] = [];
  const plain = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\boffset\s+\w+/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, labels: string) => {
      grouping.push(...namesIn(labels));
      return ' ';
    });
  const selectors = [...plain.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?/g)]
    .filter(([, name, rest]) => rest !== '(' && !WORDS.has(name!) && !/^\d/.test(name!))
    .map(([, name, matchers = '']) => ({
      name: name!,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }));
  return { selectors, grouping };
}

const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** Given by who scrapes: which process it is. */
const OF_THE_SCRAPE = ['job', 'instance', 'role'];
const UP = { name: 'up', type: 'gauge', labels: [], help: '', process: '' } as const;

function metricOf(name: string, catalogue: readonly CataloguedMetric[]): CataloguedMetric | undefined {
  const found = [UP, ...catalogue].find((metric) => metric.name === name);
  if (found) return found.type === 'histogram' ? undefined : found;
  const [, base, part] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = catalogue.find((metric) => metric.name === base && metric.type === 'histogram');
  return histogram && part === 'bucket' ? { ...histogram, labels: [...histogram.labels, 'le'] } : histogram;
}

function hasLabel({ labels }: Pick<CataloguedMetric, 'labels'>, label: string): boolean {
  return labels.includes(label) || OF_THE_SCRAPE.includes(label);
}
