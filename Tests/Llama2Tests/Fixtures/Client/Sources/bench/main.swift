// Its target has the name of our program, with which it must not collide.
