/** The transcript's only style sheet; the page's policy names it by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1d21; --dim: #5c6370; --line: #d9dce3; --page: #fff; --card: #f5f6f8; --own: #e8f0fe; --link: #1a56b0; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ec; --dim: #9aa2b1; --line: #353a44; --page: #16181c; --card: #1f2229; --own: #1d2b45; --link: #8ab4f8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
a { color: var(--link); }
.dim, time { color: var(--dim); font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1rem 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: start; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 600; }
td { overflow-wrap: anywhere; }
td.number { text-align: end; white-space: nowrap; }
article { margin: .75rem 0; padding: .625rem .875rem; background: var(--card); border-radius: .5rem; }
article.own { background: var(--own); }
article header { display: flex; flex-wrap: wrap; gap: .125rem .75rem; align-items: baseline; }
article header strong { overflow-wrap: anywhere; }
.text { margin: .25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
td time { white-space: nowrap; }
.gone { margin: .25rem 0 0; color: var(--dim); font-style: italic; }
article ul { margin: .375rem 0 0; padding: 0; list-style: none; font-size: .875rem; color: var(--dim); overflow-wrap: anywhere; }
details { margin-top: .375rem; font-size: .875rem; }
nav { margin: 1rem 0; }
@media print {
  :root { --text: #000; --dim: #444; --line: #bbb; --page: #fff; --card: #fff; --own: #fff; --link: #000; }
  main { max-width: none; padding: 0; }
  article { break-inside: avoid; border: 1px solid var(--line); }
  nav { display: none; }
}
`;
