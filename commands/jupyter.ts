/** The course's own Jupyter: how it is started, and where it keeps its things (in this folder, nowhere else). */
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = join(root, ".venv", "bin");

/** The Python of the course's environment, which has JupyterLab, nbclient and nbconvert. */
export const python = join(bin, "python");

/** Jupyter writes settings, connection files and histories; `home` takes them instead of the user's home. */
export function jupyterEnvironment(home = join(root, ".cache", "jupyter")): NodeJS.ProcessEnv {
  const inHome = (name: string) => join(home, name);
  return {
    ...process.env,
    PATH: `${bin}:${process.env.PATH ?? ""}`,
    JUPYTER_CONFIG_DIR: inHome("config"),
    JUPYTER_DATA_DIR: inHome("data"),
    JUPYTER_RUNTIME_DIR: inHome("runtime"),
    JUPYTERLAB_SETTINGS_DIR: inHome("settings"),
    JUPYTERLAB_WORKSPACES_DIR: inHome("workspaces"),
    IPYTHONDIR: inHome("ipython"),
  };
}

/** Starts JupyterLab on a folder, with settings for class, and without asking anybody outside for news or updates. */
export function labArguments(folder: string): string[] {
  return [
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${folder}`,
    `--LabApp.app_settings_dir=${join(root, "lectures", "theme", "jupyterlab")}`,
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--ServerApp.terminals_enabled=False",
  ];
}
