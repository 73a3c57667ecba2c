import { show } from "../shared/Gate";
import "./admin.css";
import { AdminPage } from "./AdminPage";

show(AdminPage);
