import { show } from "../shared/Gate";
import "./board.css";
import { BoardPage } from "./BoardPage";

show(BoardPage);
