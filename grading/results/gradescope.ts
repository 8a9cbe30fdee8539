/** results.json as Gradescope's autograder contract has it. */
import type { Json } from "../contract.ts";
import type { CheckResult, Marked, QuestionResult } from "../marking/marked.ts";
import { neutralise, neutraliseLine } from "./plain-text.ts";
import { isFinal, sumSubmission } from "./points.ts";
import { sentencesOf, viewForStudent } from "./student-view.ts";

interface GradescopeTest {
  name: string;
  number: string;
  /** Absent where the check could not be graded: Gradescope then shows no mark for it, not a zero. */
  score?: number;
  max_score: number;
  status?: "passed" | "failed";
  output: string;
  output_format: "text";
  tags: string[];
  visibility: "visible" | "hidden";
  extra_data: { question: string; check: string; verdict: string };
}

export interface GradescopeResults {
  /** Absent where anything could not be graded: a sum would pass for a mark. */
  score?: number;
  execution_time: number;
  output: string;
  output_format: "text";
  test_output_format: "text";
  test_name_format: "text";
  visibility: "visible";
  stdout_visibility: "hidden";
  tests: GradescopeTest[];
  extra_data: { [key: string]: Json };
}

export function buildGradescopeResults(marked: Marked, assignment: string): GradescopeResults {
  const sentences = sentencesOf(marked.questions);
  const { earned, outOf } = sumSubmission(marked);
  const final = isFinal(marked);
  return {
    ...(final ? { score: earned } : {}),
    execution_time: Math.round(marked.seconds * 1000) / 1000,
    output: describe(marked),
    output_format: "text",
    test_output_format: "text",
    test_name_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    tests: marked.questions.flatMap((question, index) =>
      question.checks.map((check, place) =>
        buildTest(check, question, `${index + 1}.${place + 1}`, sentences),
      ),
    ),
    extra_data: { assignment, submission: neutraliseLine(marked.name), final, max_score: outOf },
  };
}

function buildTest(
  check: CheckResult,
  question: QuestionResult,
  number: string,
  sentences: ReadonlyMap<string, string>,
): GradescopeTest {
  const { kind } = check.verdict;
  const { word, reasons, hint } = viewForStudent(check, sentences);
  const outcome =
    kind === "passed"
      ? { score: check.points, status: "passed" as const }
      : { score: 0, status: "failed" as const };
  return {
    name: `${question.title}: ${check.sentence}`,
    number,
    ...(kind === "ungraded" ? {} : outcome),
    max_score: check.points,
    output: [word, ...reasons, ...(hint === undefined ? [] : [`Hint: ${hint}`])].join("\n"),
    output_format: "text",
    tags: [question.id, kind],
    visibility: check.visibility === "hidden" ? "hidden" : "visible",
    extra_data: { question: question.id, check: check.id, verdict: kind },
  };
}

function describe({ fault, notes, questions }: Marked): string {
  if (fault !== undefined)
    return `This could not be graded (and is not a zero): ${neutralise(fault.split("\n")[0]!, 800)}`;
  const lines = [...notes, ...questions.flatMap((each) => each.notes)].map((note) =>
    neutraliseLine(note, 400),
  );
  for (const { id, problems } of questions)
    for (const { line, message, text } of problems.slice(0, 3))
      lines.push(`${id}, line ${line}: ${neutralise(message, 400)}\n    ${neutraliseLine(text)}`);
  return lines.join("\n");
}
