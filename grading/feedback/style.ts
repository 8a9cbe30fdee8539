/** How feedback pages look: one column to read, colours that are never the only sign, paper and dark screens. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2430, #e6e9ee); --soft: light-dark(#5a6577, #a3adbb); --paper: light-dark(#fbfaf7, #15181d);
  --card: light-dark(#ffffff, #1d2127); --line: light-dark(#e2dfd7, #333a44); --good: light-dark(#1a6b45, #6fcf9b);
  --bad: light-dark(#a33b20, #f0957c); --warn: light-dark(#7d5a00, #e3b95b); --idle: light-dark(#5a6577, #a3adbb);
  --hint: light-dark(#f1f4fa, #232a35);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.55 "Source Sans 3 Variable", "Source Sans 3", "Segoe UI", system-ui, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.wide { max-width: 78rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0; text-wrap: balance; }
p { margin: .4rem 0; }
.over { color: var(--soft); margin: 0 0 .2rem; overflow-wrap: anywhere; }
.mark { display: flex; align-items: baseline; gap: .9rem; margin: 1.4rem 0 .4rem; flex-wrap: wrap; }
.mark b { font-size: 2.6rem; line-height: 1; font-weight: 650; font-variant-numeric: tabular-nums; }
.bar { height: .5rem; background: var(--line); border-radius: 1rem; overflow: hidden; margin: .6rem 0 1.4rem; }
.bar i { display: block; height: 100%; background: var(--good); }
section.card { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: 1.1rem 1.3rem; margin: 1.1rem 0; }
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.points { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
ul.checks { list-style: none; margin: .7rem 0 0; padding: 0; }
ul.checks > li { padding: .55rem 0 .55rem 1.9rem; border-top: 1px solid var(--line); position: relative; }
.sign { position: absolute; left: 0; top: .55rem; width: 1.3rem; text-align: center; font-weight: 700; }
.passed .sign, .passed .word { color: var(--good); } .failed .sign, .failed .word { color: var(--bad); }
.crashed .sign, .crashed .word, .timed-out .sign, .timed-out .word { color: var(--bad); }
.skipped .sign, .skipped .word { color: var(--idle); } .ungraded .sign, .ungraded .word { color: var(--warn); }
.word { font-weight: 600; } .meta { color: var(--soft); font-size: .9em; }
.reason { margin: .15rem 0 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.hint { background: var(--hint); border-radius: .4rem; padding: .35rem .7rem; margin: .4rem 0 0; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: .92em; margin: .5rem 0 0; overflow-wrap: anywhere; }
pre { font: .85em/1.5 "Source Code Pro Variable", "Source Code Pro", ui-monospace, "Cascadia Code", "DejaVu Sans Mono", monospace;
  background: var(--hint); border-radius: .4rem; padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre .no { color: var(--soft); user-select: none; }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--soft); }
footer { color: var(--soft); font-size: .88em; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95em; }
th, td { text-align: left; padding: .45rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
td.name { overflow-wrap: anywhere; max-width: 18rem; } td.status { color: var(--soft); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
tr.open td.status { color: var(--warn); }
@media print { body { background: none; font-size: 11pt; } section.card { break-inside: avoid; } }
`;
