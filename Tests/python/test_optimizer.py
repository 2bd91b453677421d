"""A fault of Swift 6.3.1's optimiser, and what keeps it out of the release program."""

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CONCURRENT_MAP = REPOSITORY / "Sources/Planning/ConcurrentMap.swift"

# A child task awaits a closure that returns a tuple. With -O of 6.3.1 the group gets nothing, or the program is aborted.
RUN_CONCURRENTLY = """
func concurrentMap<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], _ transform: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
    await withTaskGroup(of: Output.self) { group in
        var outputs: [Output] = []
        for input in inputs { group.addTask { await transform(input) } }
        for await output in group { outputs.append(output) }
        return outputs
    }
}
"""
VERSION = """
func version(of name: String) async throws -> [String]? {
    try await Task.sleep(for: .milliseconds(1))
    return ["1.0", name].sorted(by: >)
}
"""
WITH_A_TUPLE = """
@main enum Main {
    static func main() async {
        let results: [(String, Result<[String]?, any Error>)] = await concurrentMap(["one", "two", "six"]) { name in
            do { return (name, .success(try await version(of: name))) } catch { return (name, .failure(error)) }
        }
        print(results.compactMap { try? $0.1.get()?.first }.sorted())
    }
}
"""
WITH_A_STRUCT = """
struct Answer: Sendable, TaskResult {
    let name: String
    let versions: Result<[String]?, any Error>
}

@main enum Main {
    static func main() async {
        let results = await concurrentMap(["one", "two", "six"]) { name in
            do { return Answer(name: name, versions: .success(try await version(of: name))) } catch {
                return Answer(name: name, versions: .failure(error))
            }
        }
        print(results.compactMap { try? $0.versions.get()?.first }.sorted())
    }
}
"""
RIGHT = '["one", "six", "two"]\n'


def compiled(folder, *sources):
    """`swiftc`, with the settings of a release build; the program where there were no errors."""
    files = []
    for number, source in enumerate(sources):
        files.append(source if isinstance(source, Path) else folder / f"source{number}.swift")
        if files[-1] is not source:
            files[-1].write_text(source)
    program = folder / "program"
    command = ["swiftc", "-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-package-name", "test", "-o", program]
    return program, subprocess.run([*command, *files], capture_output=True, text=True, timeout=300, check=False)


def outputs(program):
    """Of ten runs."""
    environment = {"SWIFT_BACKTRACE": "enable=no"}
    runs = [subprocess.run([program], capture_output=True, text=True, env=environment, check=False) for _ in range(10)]
    return [run.stdout if run.returncode == 0 else "aborted" for run in runs]


def test_what_the_program_has_in_its_place_is_right(tmp_path):
    program, done = compiled(tmp_path, CONCURRENT_MAP, VERSION, WITH_A_STRUCT)
    assert done.returncode == 0, done.stderr
    assert outputs(program) == [RIGHT] * 10


def test_it_takes_no_tuple(tmp_path):
    _, done = compiled(tmp_path, CONCURRENT_MAP, VERSION, WITH_A_TUPLE)
    assert done.returncode != 0
    assert re.search(r"type '\(String, .*' cannot conform to 'TaskResult'", done.stderr), done.stderr


def test_the_compiler_still_has_the_fault(tmp_path):
    """Where this fails, a newer compiler is right, and `TaskResult` can go."""
    program, done = compiled(tmp_path, RUN_CONCURRENTLY, VERSION, WITH_A_TUPLE)
    assert done.returncode == 0, done.stderr
    assert RIGHT not in outputs(program)
