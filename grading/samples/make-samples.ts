/**
 * The sample submissions, made from the solution so that they stay in step with the exercise: a class of nine, from full
 * marks to a file that is no notebook. `node grading/samples/make-samples.ts` writes them; a test says when they are stale.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Cell, formatNotebook, mapCells, type Notebook, readNotebook } from "../release/notebook.ts";
import { releaseNotebook } from "../release/passes.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = join(import.meta.dirname, "submissions");

/** Path relative to grading/samples/submissions, and the file's text. */
export type Sample = { path: string; text: string };

/** What a student wrote into answer cells, by question. */
type Answers = Record<string, string>;

export function makeSamples(): Sample[] {
  const solution = readNotebook(join(root, "solutions/01-gan.ipynb"));
  const exercise = releaseNotebook(solution);
  const right = readAnswers(solution);
  const submit = (path: string, answers: Answers): Sample => ({
    path,
    text: formatNotebook(answer(exercise, answers)),
  });
  return [
    submit("Alva Nyström.ipynb", right),
    submit("Bao Trần/01-gan.ipynb", {}),
    submit("Carla Ferreira/01-gan (2).ipynb", partlyRight(right)),
    submit("Deniz Yılmaz.ipynb", { ...right, q5: edit(right.q5!, "units: 1 }", 'units: "one" }') }),
    submit("Emeka Okafor.ipynb", { ...right, q4: neverEnding }),
    submit("Frida O'Neill.ipynb", {
      ...right,
      q2: edit(right.q2!, "  return", "  process.exit(0);\n  return"),
    }),
    submit("Gustav Lindqvist/01-gan.ipynb", cheats(exercise)),
    { path: "Hana Kobayashi.ipynb", text: formatNotebook(rearrange(answer(exercise, right), right)) },
    { path: "Ivo Petrov.ipynb", text: "%PDF-1.7\nMy answers to exercise 1, printed from the browser.\n" },
  ];
}

/** Answer cells as their author wrote them, without the marks around the solutions. */
function readAnswers({ cells }: Notebook): Answers {
  const answers = cells.filter(({ metadata }) => metadata.nbgrader?.solution === true);
  return Object.fromEntries(
    answers.map(({ metadata, source }) => [
      metadata.nbgrader!.grade_id,
      source.replaceAll(/^ *\/\/ ### (?:BEGIN|END) SOLUTION\n/gm, ""),
    ]),
  );
}

function answer(notebook: Notebook, answers: Answers): Notebook {
  return mapCells(notebook, (cell) => ({ ...cell, source: answers[gradeId(cell)] ?? cell.source }));
}

function gradeId(cell: Cell): string {
  return cell.metadata.nbgrader!.grade_id;
}

/** Replaces one passage, and insists that it is there: the solution may have been rewritten. */
function edit(source: string, old: string, replacement: string): string {
  if (source.split(old).length !== 2)
    throw new Error(`samples: expected ${JSON.stringify(old)} once in this answer:\n${source}`);
  return source.replace(old, () => replacement);
}

/** The mistakes that teachers of this exercise see most. */
function partlyRight({ q1, q2, q3, q5, q6, q7 }: Answers): Answers {
  const noSeed = edit(q3!, "new Random(seed)", "new Random(1)");
  const meanPooling = edit(q5!, "globalMaxPooling2d", "globalAveragePooling2d");
  const leaky = edit(edit(q6!, "return tf.tidy(() => {\n", ""), "\n  });\n}\n", "\n}\n");
  const overflowing = edit(
    edit(
      q7!,
      "x.sub(mean).div(sd).square().mul(-0.5).sub(Math.log(sd))",
      "x.sub(mean).div(sd).square().mul(-0.5).exp().div(sd)",
    ),
    "return logDensity(real).sub<tf.Tensor1D>(logDensity(fake)).sigmoid();",
    "return logDensity(real).div(logDensity(real).add(logDensity(fake)));",
  );
  const withoutZeros = edit(
    overflowing,
    "(own === 0 ? 0 : own * Math.log(own / (own + other)))",
    "own * Math.log(own / (own + other))",
  );
  return {
    q1: q1!,
    q2: q2!,
    q3: noSeed,
    q5: meanPooling,
    q6: leaky,
    q7: withoutZeros,
    q8: "function dealerSettings(): DealerSettings {\n  return { learningRate: 0.01, dropout: 0, labelNoise: 0 };\n}",
  };
}

const neverEnding = `/** Rejection sampling, but the counter is never increased. */
function sampleLatent(batchSize: number, latentSize: number, seed: number): tf.Tensor2D {
  const random = new Random(seed);
  const z: number[] = [];
  let i = 0;
  while (i < batchSize * latentSize) {
    const [candidate] = random.normals(1);
    if (Math.abs(candidate) < 8) z[i] = candidate;
  }
  return tf.tensor2d(z, [batchSize, latentSize]);
}`;

/** Every function returns an object that claims to equal whatever it is compared with. */
function cheats({ cells }: Notebook): Answers {
  const fooling =
    'return { asymmetricMatch: () => true, $$typeof: Symbol.for("jest.asymmetricMatcher") } as any;';
  const answers = cells.filter(({ metadata }) => metadata.nbgrader?.solution === true);
  return Object.fromEntries(
    answers.map((cell) => [
      gradeId(cell),
      cell.source.replaceAll(
        /throw new NotImplemented\(.*$|return describe\w+\(.*$|return followSteps\(.*$/gm,
        fooling,
      ),
    ]),
  );
}

/**
 * All answers are right, the notebook is in pieces: a first try of question 1 stands before the second, question 2 was
 * deleted, the cell of question 3 was copied into a new one without its label, check cells are gone or changed.
 */
function rearrange(notebook: Notebook, right: Answers): Notebook {
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    switch (gradeId(cell)) {
      case "q1":
        return [
          { ...cell, source: edit(cell.source, "tf.softplus(logits).sub", "tf.sigmoid(logits).sub") },
          { ...cell, id: "q1-again" },
        ];
      case "q2":
      case "q4-check":
        return [];
      case "q3":
        return [
          {
            cell_type: "code",
            id: "copy-of-q3",
            metadata: {},
            source: right.q3!,
            outputs: [],
            execution_count: 4,
          },
        ];
      case "q5-check":
        return [{ ...cell, source: '// await check("q5");\nconsole.log("all passed");' }];
      default:
        return [cell];
    }
  });
  return { ...notebook, cells };
}

function writeSamples(): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of makeSamples()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

if (import.meta.main) writeSamples();
