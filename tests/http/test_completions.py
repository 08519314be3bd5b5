"""Stopping the robot over HTTP: who may, while there is something to stop."""

from __future__ import annotations

from tests.http.scene import Scene, SceneCase
from tests.http.test_table import NAMES, WHO
from webchat.model.commands import PostMessage
from webchat.model.completions import Endpoint
from webchat.model.ids import Seq, UserId
from webchat.store import outbox

STATUSES = (401, 403, 403, 200, 200, 200, 200, 200, 401, 403)
"""In the order of WHO; mei, the member, has asked."""


class Stopping(SceneCase):
    def answering(self) -> tuple[Scene, Seq]:
        """The robot answers mei in the garden: its message."""
        scene = self.fresh()
        chat = scene.chat
        chat.robot.is_on, chat.completions.endpoint = True, Endpoint("model.example", "small-1")
        scene.wait(chat.robot.load())
        card = chat.about().robot
        assert card is not None
        scene.wait(chat.members.invite(scene.sign_in("mona"), scene.room, [UserId(card.id)]))
        question = PostMessage(0, scene.room, f"@{card.name} what is tea?")
        scene.wait(chat.messages.post(scene.sign_in("mei"), question))
        scene.wait(chat.robot.step())
        (job,) = scene.wait(chat.database.read(lambda db: outbox.all_for(db, "robot", scene.room)))
        asking = scene.wait(chat.completions.compose(job))
        assert asking is not None
        return scene, scene.wait(chat.completions.begin(asking, "Tea is"))

    def test_who(self) -> None:
        """Who has asked, who looks after the room, and who runs the server; what it says then says that it ended."""
        for who, status in zip(WHO, STATUSES, strict=True):
            scene, seq = self.answering()
            path = f"/api/v1/rooms/{scene.room}/messages/{seq}"
            answer = scene.client(NAMES[who]).post(f"{path}/stop", {})
            self.assertEqual(answer.status, status, who)
            message = scene.client("olga").get(path).json
            self.assertEqual("streaming" in message, status != 200, who)
            if status == 200:
                self.assertEqual((answer.json["rev"], message["text"]), (message["rev"], "Tea is\n\n*(Stopped.)*"))
                self.assertEqual(scene.client(NAMES[who]).post(f"{path}/stop", {}).json, answer.json)
