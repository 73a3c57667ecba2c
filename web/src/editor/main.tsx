import { show } from "../shared/Gate";
import { EditorPage } from "./EditorPage";
import "./editor.css";

show(EditorPage);
