"""What looking at a clip costs, measured: `make bench`, and `make bench-peers` for the slow comparison.

What senders' and public pages cost a telephone: `make lighthouse`. What more of everything costs: `make bench-scale`.

ready_for_review, growth, sound_verdict, worker, sending, desk, gallery, page_speed, public_pages, peers_table
               the programs, a question each
scale          how it grows: a room of its own
lighthouse     the npm project of page_speed
clips          makes what is measured
ours           the service's own work, a function a stage
yardsticks     the least anybody can do, and what is done without thinking
peers          what MediaCMS and PeerTube run, by what they publish
measuring      what work takes
processes      our own processes, as the Procfile starts them
tables         how it is told: on the screen, in results/*.json, in README.md
"""
