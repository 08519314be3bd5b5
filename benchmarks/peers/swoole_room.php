<?php
// A broadcast room as Swoole's documentation does it: push to each connection of the server.
$server = new Swoole\WebSocket\Server('127.0.0.1', (int) $argv[1], SWOOLE_BASE);
$server->set(['worker_num' => 1, 'max_connection' => 20000, 'backlog' => 4096, 'log_level' => SWOOLE_LOG_WARNING]);
$server->on('message', function ($server, $frame) {
    foreach ($server->connections as $fd) {
        if ($server->isEstablished($fd)) {
            $server->push($fd, $frame->data);
        }
    }
});
$server->start();
