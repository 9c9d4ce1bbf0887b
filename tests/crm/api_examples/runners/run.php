<?php
// Includes each piece of a folder by itself, and writes beside it what it said.
foreach (glob($argv[1] . '/*.php') as $piece) {
    ob_start();
    (static function () use ($piece) {
        include $piece;
    })();
    file_put_contents("$piece.said", ob_get_clean());
}
