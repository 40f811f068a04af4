-- Networks from before 0003 are looked at again, so that they have a picture.
update network set stale = true where picture = '' and state <> 'merged';
