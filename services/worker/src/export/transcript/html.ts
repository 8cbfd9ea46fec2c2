import { createHash } from 'node:crypto';
import { STYLE } from './style';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** HTML that may be put into HTML as it is. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped, unless they are `Html` themselves. */
export function markup(parts: TemplateStringsArray, ...values: (string | number | Html | readonly Html[])[]): Html {
  const text = parts.reduce((before, part, index) => before + inserted(values[index - 1]!) + part);
  return { html: text };
}

function inserted(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'object') return 'html' in value ? value.html : value.map((one) => one.html).join('');
  return escapeHtml(String(value));
}

export const NOTHING: Html = { html: '' };

/** Somebody's text: its direction is its own, and must not turn what stands around it. */
export const foreign = (text: string): Html => markup`<bdi>${text}</bdi>`;

/** A time for reading; the exact one stands beside it. */
export const time = (at: string): Html =>
  markup`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)} UTC</time>`;

/** Nothing is loaded and nothing runs, but this very style sheet, which is named by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The beginning of a page, up to its content. */
export function pageStart(title: string): string {
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
`;
  return head.html;
}

export const PAGE_END = '</main>\n</body>\n</html>\n';
