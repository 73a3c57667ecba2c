import { show } from "../shared/Gate";
import "./desk.css";
import { DeskPage } from "./DeskPage";

show(DeskPage);
