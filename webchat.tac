"""The server as an application file, for `twistd -ny webchat.tac`: settings from the environment and WEBCHAT_CONFIG."""

from twisted.application.service import Application

from webchat import tap

options = tap.Options()
options.parseOptions([])

application = Application("webchat")
tap.makeService(options).setServiceParent(application)
